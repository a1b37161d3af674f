// On a phone: <nav data-tabs> with links to [data-panel] elements shows one of them at a time.
// Without script all stand one below the other, and the links lead there.

/** Make the tabs of the page work. */
export function tabs() {
  for (const nav of document.querySelectorAll("[data-tabs]")) {
    const links = [...nav.querySelectorAll('a[href^="#"]')];
    const panels = links.map((link) => document.getElementById(link.hash.slice(1)));
    if (panels.some((panel) => !panel)) continue;
    document.body.setAttribute("data-tabbed", "");
    const show = (chosen) => {
      links.forEach((link, at) => {
        if (at === chosen) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
        panels[at].classList.toggle("is-open", at === chosen);
      });
    };
    links.forEach((link, at) => {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        show(at);
      });
    });
    const asked = links.findIndex((link) => link.hash === location.hash);
    show(Math.max(0, asked));
  }
}
