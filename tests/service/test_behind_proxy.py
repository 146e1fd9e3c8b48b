"""Below a path of a site, behind nginx with TLS, as the recipe has it; and what that needs."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import forked
from beholder.service.prefix import take_off
from beholder.workspace import Workspace
from live_server import COMMAND, PATIENCE, Server

RECIPE = Path(__file__).parents[2] / "recipes" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
ROOT = "/rec"
NO_ITEM = "/rec/item/"  # of the card that scripts copy
AROUND = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 256; }}
http {{
access_log off;
client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{recipe}
}}
"""


@pytest.fixture
def below(workspace: Workspace) -> Iterator[Server]:
    with Server(workspace.root, settings={"serve.root_path": ROOT}) as server:
        server.url = server.url.removesuffix(ROOT)
        yield server


@pytest.fixture
def proxied(workspace: Workspace) -> Iterator[Server]:
    """With the settings of the recipe."""
    told = re.findall(r"^#     (\w+) = (\S+)", RECIPE.read_text(), re.MULTILINE)
    assert [name for name, _ in told] == ["root_path", "trusted_proxies"]
    settings = {f"serve.{name}": value for name, value in told}
    with Server(workspace.root, settings={"serve.local_only_open": "false", **settings}) as server:
        server.url = server.url.removesuffix(ROOT)
        yield server


@pytest.fixture(params=["kept", "taken off"])
def site(proxied: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A browser before nginx, which passes the prefix on, or takes it off."""
    recipe = RECIPE.read_text()
    if request.param == "taken off":
        recipe, n = re.subn(
            "(?<=location /rec/ {\n)( +proxy_pass http://beholder);", r"\1/;", recipe
        )
        assert n == 1
    with nginx(recipe, proxied, tmp_path) as client:
        yield client


@contextmanager
def nginx(recipe: str, server: Server, tmp_path: Path) -> Iterator[httpx.Client]:
    """Run nginx before a server, and a browser before nginx."""
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is not installed")
        pytest.skip("nginx is not installed")
    certificate, key = certified(tmp_path)
    for pattern, told in (
        (r"server 127\.0\.0\.1:5000;", f"server 127.0.0.1:{server.address[1]};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{(port := free_port())} ssl;"),
        (r"ssl_certificate .*;", f"ssl_certificate {certificate};"),
        (r"ssl_certificate_key .*;", f"ssl_certificate_key {key};"),
    ):
        recipe, n = re.subn(pattern, told, recipe)
        assert n == 1, pattern
    (tmp_path / "nginx.conf").write_text(AROUND.format(folder=tmp_path, recipe=recipe))
    trusted = ssl.create_default_context(cafile=str(certificate))
    process = subprocess.Popen([NGINX, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
    try:
        until_it_listens(process, port)
        with httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=trusted, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)


def certified(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "site.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.NoEncryption()
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "site.key").write_bytes(text)
    return folder / "site.pem", folder / "site.key"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "nginx ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def addresses(html: str) -> set[str]:
    """Return every address of this site that a page names."""
    found = set(re.findall(r'(?:href|src|action)="?([^" >]+)', html))
    for told in re.findall(r'srcset="([^"]+)"', html):
        found |= {part.split()[0] for part in told.split(",")}
    return {address for address in found if not address.startswith("#")}


def test_every_kind_of_address_leads_to_the_service(site: httpx.Client) -> None:
    """From the front page and from those it names, the first of each kind."""
    waiting, kinds, forms = ["/rec/", "/rec/search?words=vase"], {""}, set()
    site.get("/rec/")  # who has a cookie may see pictures
    while waiting:
        address = waiting.pop(0)
        answer = site.get(address)
        assert answer.status_code == 200, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        own = str(site.base_url).rstrip("/")  # of the canonical address
        named = {urljoin(address, found.removeprefix(own)) for found in addresses(answer.text)}
        assert all(found.startswith("/rec/") for found in named), named
        for found in sorted(named):
            kind = urlsplit(found).path.split("/")[2]
            if kind == "react":
                forms.add(kind)
            elif kind not in kinds and found.partition("#")[0] != NO_ITEM:
                waiting.append(found)
                kinds.add(kind)
    assert kinds == {"", "static", "media", "item", "search", "saved", "me"}
    assert forms == {"react"}


def test_a_visitor_likes_something_and_stays_below(site: httpx.Client) -> None:
    first = site.get("/rec/?lang=zh-Hans")
    cookies = first.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("Path=/rec;" in f"{cookie};" for cookie in cookies)
    assert "; Secure" in next(cookie for cookie in cookies if "beholder_visitor" in cookie)
    form = {"item": "picture-00001", "kind": "like", "back": "/item/picture-00001"}
    said = site.post("/rec/react", data=form, headers={"origin": str(site.base_url).rstrip("/")})
    assert (said.status_code, said.headers["location"]) == (303, "/rec/item/picture-00001")
    answer = site.get("/rec/v1/recommendations")
    assert answer.json()["level"] == "session"  # the cookie came along
    assert answer.headers["content-encoding"] == "gzip"
    pictures = [item["picture"] for item in answer.json()["items"] if item["picture"]]
    assert all(picture["src"].startswith("/rec/media/") for picture in pictures)
    assert all(part.startswith("/rec/media/") for part in pictures[0]["srcset"].split(", "))
    assert site.get(pictures[0]["src"]).headers["content-type"] == "image/webp"
    item = site.get("/rec/v1/items/picture-00001").json()
    assert item["pictures"][0]["src"].startswith("/rec/media/")


def test_from_outside_nobody_is_local(site: httpx.Client, proxied: Server) -> None:
    event = {"user": "ann", "item": "picture-00001", "kind": "like", "event_id": "1"}
    assert site.get("/rec/docs").status_code == 401
    assert site.get("/rec/metrics").status_code == 401
    assert site.post("/rec/v1/interactions", json=event).status_code == 401
    assert site.get("/rec/metrics", headers=proxied.operator).status_code == 200
    assert site.post("/rec/v1/interactions", json=event, headers=proxied.operator).is_success
    elsewhere = {"origin": "https://elsewhere.example"}
    form = {"item": "picture-00001", "kind": "like"}
    assert site.post("/rec/react", data=form, headers=elsewhere).status_code == 403


def test_one_address_gets_no_more_than_its_share(proxied: Server, tmp_path: Path) -> None:
    recipe, n = re.subn(
        r"rate=50r/s(.*?)burst=500", r"rate=1r/s\1burst=5", RECIPE.read_text(), flags=re.S
    )
    assert n == 1
    with nginx(recipe, proxied, tmp_path) as client:
        statuses = [client.get("/rec/health/live").status_code for _ in range(40)]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses
    assert set(statuses) == {200, 429}


@pytest.mark.parametrize(
    "lines",
    ["", "proxy_http_version 1.1; proxy_set_header Host $http_host;"],
    ids=["as nginx is by itself", "with the name of the site"],
)
def test_behind_a_proxy_that_says_nothing_of_itself_nobody_is_local(
    below: Server, tmp_path: Path, lines: str
) -> None:
    """The server is as open as it can be, and the proxy is not named."""
    plain = re.sub(
        r"(?<=proxy_pass http://beholder;\n)( +proxy_\w+ .*\n)+", f"{lines}\n", RECIPE.read_text()
    ).replace("http://beholder", "http://{}:{}".format(*below.address))
    with nginx(plain, below, tmp_path) as client:
        host = {"host": "shop.example"} if lines else {}
        for spoofed in ({}, {"x-forwarded-for": "127.0.0.1"}, {"x-forwarded-host": "localhost"}):
            headers = {**host, **spoofed}
            asked = client.get("/rec/v1/recommendations?user=ann", headers=headers)
            assert asked.status_code in (401, 403)
            assert client.get("/rec/docs", headers=headers).status_code == 401
            assert client.get("/rec/", headers=headers).status_code == 200


def test_the_service_is_known_with_its_prefix_and_without(below: Server) -> None:
    with below.client() as client:
        for path in ("", "/rec"):
            assert client.get(f"{path}/").status_code == 200
            assert client.get(f"{path}/v1/recommendations?k=1").status_code == 200
            unknown = client.get(f"{path}/v1/items/a%2Fb")
            assert unknown.json()["code"] == "unknown-item"
            assert "'a/b'" in unknown.json()["detail"]
        assert client.get("/rec").status_code == 200
        assert client.get("/record").status_code == 404
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/rec"}]
        assert "Disallow: /rec/v1/" in client.get("/robots.txt").text
        assert addresses(client.get("/docs").text) >= {"/rec/docs/style.css", "/rec/openapi.json"}
        numbers = client.get("/metrics").text
        assert 'route="/v1/items/{item_id}"' in numbers
        assert "/rec/" not in numbers


@pytest.mark.parametrize(
    ("path", "raw", "told", "raw_told"),
    [
        ("/rec/item/a b", b"/rec/item/a%20b", "/item/a b", b"/item/a%20b"),
        ("/rec/item/a/b", b"/%72ec/item/a%2Fb?x=1/2", "/item/a/b", b"/item/a%2Fb?x=1/2"),
        ("/rec", b"/rec", "/", b"/"),
        ("/rec/", b"/rec/", "/", b"/"),
        ("/record", b"/record", "/record", b"/record"),
        ("/v1/rec/x", b"/v1/rec/x", "/v1/rec/x", b"/v1/rec/x"),
    ],
)
def test_a_prefix_is_taken_off_once_and_whole(
    path: str, raw: bytes, told: str, raw_told: bytes
) -> None:
    scope = {"path": path, "raw_path": raw}
    take_off(scope, "/rec")
    assert (scope["path"], scope["raw_path"]) == (told, raw_told)


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("/item/shop", "/item is an address of the service"), ("rec", "a setting has a wrong value")],
)
def test_a_prefix_that_cannot_be_told_apart_is_refused(
    workspace: Workspace, prefix: str, words: str
) -> None:
    command = [*COMMAND, "serve", str(workspace.root), "--port", "0"]
    env = {**os.environ, "BEHOLDER_SERVE_ROOT_PATH": prefix}
    ended = forked.run(command, env=env)
    assert ended.returncode == 2
    assert words in ended.stderr
