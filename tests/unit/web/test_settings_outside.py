"""Settings of OIDC, CAS and LDAP: what cannot be used is named, what is secret is never said."""

from __future__ import annotations

import pytest

from web import config

SECRET = "swordfish-41"
WORKING = {
    "PUBLIC_URL": "https://zhengai.example.edu.cn/",
    "OIDC_ISSUER": "https://id.example.edu.cn/realms/school",
    "OIDC_CLIENT_ID": "zhengai",
    "OIDC_CLIENT_SECRET": SECRET,
    "CAS_URL": "https://cas.example.edu.cn/cas/",
    "LDAP_URL": "ldap://ldap.example.edu.cn:389",
    "LDAP_BASE": "dc=example,dc=edu,dc=cn",
    "LDAP_BIND_DN": "cn=reader",
    "LDAP_BIND_PASSWORD": SECRET,
}


def read(folder, given):
    return config.read(
        {"ZHENGAI_DATA_DIR": str(folder), **{f"ZHENGAI_{key}": said for key, said in given.items()}}
    )


def test_without_settings_there_is_no_provider(tmp_path):
    settings = read(tmp_path, {})
    assert (settings.oidc_issuer, settings.cas_url, settings.ldap_url) == ("", "", "")
    assert settings.sign_up == "off"


def test_addresses_are_kept_without_their_last_stroke(tmp_path):
    settings = read(tmp_path, WORKING)
    assert settings.public_url == "https://zhengai.example.edu.cn"
    assert settings.cas_url == "https://cas.example.edu.cn/cas"


def test_settings_do_not_show_what_is_secret(tmp_path):
    given = WORKING | {"SECRET_KEY": SECRET, "DATABASE_URL": f"postgresql://u:{SECRET}@host/name"}
    assert SECRET not in repr(read(tmp_path, given))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGN_UP", "everybody"),
        ("PUBLIC_URL", "zhengai.example.edu.cn"),
        ("PUBLIC_URL", "https://zhengai.example.edu.cn/path"),
        ("PUBLIC_URL", ""),
        ("CA_FILE", "/nowhere/ca.pem"),
        ("OIDC_ISSUER", "ftp://id.example.edu.cn"),
        ("OIDC_ISSUER", "http://id.example.edu.cn"),
        ("OIDC_ISSUER", "https://id.example.edu.cn:port"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_CLIENT_SECRET", f"{SECRET}\x00more"),
        ("OIDC_NAME", "a" * 501),
        ("CAS_URL", "http://cas.example.edu.cn/cas"),
        ("CAS_URL", "https://cas.example.edu.cn/cas?service=elsewhere"),
        ("LDAP_URL", "https://ldap.example.edu.cn"),
        ("LDAP_START_TLS", "0"),
        ("LDAP_START_TLS", "perhaps"),
        ("LDAP_BASE", ""),
        ("LDAP_BIND_PASSWORD", ""),
        ("LDAP_BIND_PASSWORD", f"{SECRET}\n{SECRET}"),
        ("LDAP_FILTER", "uid={username}"),
        ("LDAP_FILTER", "(uid=somebody)"),
        ("LDAP_FILTER", "(uid={username}"),
        ("LDAP_FILTER", "(&(uid={username})(ou={unit}))"),
    ],
)
def test_a_setting_of_a_provider_that_cannot_be_used_is_named(tmp_path, name, value):
    with pytest.raises(config.SettingError, match=f"ZHENGAI_{name}") as refusal:
        read(tmp_path, WORKING | {name: value})
    assert SECRET not in str(refusal.value)


def test_plain_connections_are_for_this_machine_only(tmp_path):
    given = WORKING | {"LDAP_URL": "ldap://127.0.0.1:3890", "LDAP_START_TLS": "0"}
    given |= {"CAS_URL": "http://localhost:8080/cas", "OIDC_ISSUER": "http://[::1]:9400"}
    assert not read(tmp_path, given).ldap_start_tls
