// Times as the school's clock says them, wherever the browser is: 10:42, and with the day if that is not today.

export function clock(at, zone = home(), now = new Date(), language = document.documentElement.lang) {
  const told = (options, when = at) => new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(when);
  const time = told({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = { month: "short", day: "numeric" };
  return told(day) === told(day, now) ? time : `${told(day)} ${time}`;
}

function home() {
  return document.querySelector('meta[name="session"]')?.dataset.zone;
}
