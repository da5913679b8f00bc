"""The pages: a template each, rendered with what is known before any script runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from groundstone.applications import APPS, applications
from groundstone.builder.generate import LONGEST
from groundstone.documents.service import MAX_QUERY
from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.questions.words import MAX_CHARACTERS
from groundstone.server import auth
from groundstone.server.stream import work
from groundstone.slides.service import LONGEST_QUESTION

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.types import Scope

    from groundstone.platform import Platform

HERE = Path(__file__).parent
FIRST = "movies"  # the application that greets, when it is there

DIALECTS = (
    ("postgresql", "PostgreSQL"), ("mysql", "MySQL"), ("sqlite", "SQLite"), ("mssql", "SQL Server"),
    ("oracle", "Oracle"),
)  # fmt: skip

LAYERS = (  # of a page that is checked for forgery: name, words, and what it shows
    ("picture", "Picture", "The page as it is."),
    ("heat", "Suspicion", "The darker the colour, the more the pixels of a place differ from the rest of the page."),
    ("errors", "Errors", "What one more save as JPEG would change. Changed places often stand out from letters alike."),
    ("noise", "Grain", "The grain of the picture without its content. What was pasted or painted has another grain."),
    ("history", "History", "How well each place agrees with the earlier saves of the page."),
    ("copies", "Copies", "Regions that stand on the page twice, grain included."),
)

Visitor = Annotated[Principal, Depends(auth.page_principal)]
router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, visitor: Visitor) -> Response:
    names = await work(request, request.app.state.platform.knowledge_bases, visitor)
    if not names:
        return page("welcome.html")
    return RedirectResponse(f"/chat/{FIRST if FIRST in names else names[0]}", status_code=307)


@router.get("/chat")
async def first_chat(visitor: Visitor) -> Response:
    return RedirectResponse("/", status_code=307)


@router.get("/chat/{name}")
async def chat(request: Request, visitor: Visitor, name: str) -> Response:
    platform = request.app.state.platform
    kb = await work(request, platform.kb, name, visitor)
    rooms = await work(request, _rooms, platform, visitor)
    read = bool(await work(request, kb.versions))
    signed_in = not auth.is_open(platform)
    known: dict[str, Any] = {"rooms": rooms, "read": read, "signed_in": signed_in, "longest": MAX_CHARACTERS}
    return page("chat.html", kb=kb.spec, name=kb.name, **known)


@router.get("/usage")
async def usage(request: Request, visitor: Visitor) -> Response:
    return page("usage.html")


@router.get("/custom-models")
async def custom_models(request: Request, visitor: Visitor) -> Response:
    return page("custom_models.html")


@router.get("/builder")
async def builder(request: Request, visitor: Visitor) -> Response:
    app = request.app.state.platform.app("builder")
    return page("builder.html", app=app, longest=LONGEST, dialects=DIALECTS)


@router.get("/read")
async def read(request: Request, visitor: Visitor) -> Response:
    settings = request.app.state.platform.settings
    return page("read.html", longest=MAX_QUERY, most_mb=settings.max_upload_mb, hours=settings.documents_hours)


@router.get("/slides")
async def slides(request: Request, visitor: Visitor) -> Response:
    platform = request.app.state.platform
    settings = platform.settings
    known: dict[str, Any] = {"most_mb": settings.max_upload_mb, "way": settings.slides_way, "longest": LONGEST_QUESTION}
    return page("slides.html", app=platform.app("slides"), **known)


@router.get("/endpoints")
async def endpoints(request: Request, visitor: Visitor) -> Response:
    """Load runs: started, watched, compared, kept."""
    return page("endpoints.html")


@router.get("/forensics")
async def forensics(request: Request, visitor: Visitor) -> Response:
    settings = request.app.state.platform.settings
    known: dict[str, Any] = {"most_mb": settings.max_upload_mb, "hours": settings.documents_hours, "layers": LAYERS}
    return page("forensics.html", samples=_samples(), **known)


@router.get("/forensics/samples/{name}")
async def forensics_sample(visitor: Visitor, name: str) -> Response:
    """A document to try the page with. Raises NotFound."""
    if name not in _samples():
        raise NotFound(f"no sample {name[:40]!r}; there are: {', '.join(_samples())}")
    return FileResponse(APPS / "forgery" / "samples" / name, media_type="image/jpeg")


@router.get("/verification/{app}")
async def verification(request: Request, visitor: Visitor, app: str) -> Response:
    spec = (await work(request, request.app.state.platform.verification, app)).spec
    return page("verification.html", app=spec.name, title=spec.name.replace("-", " ").capitalize(), spec=spec)


@router.get("/verification/{app}/cases/{id}")
async def review(request: Request, visitor: Visitor, app: str, id: str) -> Response:
    spec = (await work(request, request.app.state.platform.verification, app)).spec
    return page("review.html", app=spec.name, title=spec.name.replace("-", " ").capitalize(), id=id)


@router.get("/favicon.ico")
async def favicon() -> Response:
    return FileResponse(HERE / "static" / "icon.svg", media_type="image/svg+xml")


def _rooms(platform: Platform, visitor: Principal) -> list[tuple[str, str]]:
    """Name and title of every knowledge base."""
    names = platform.knowledge_bases(visitor)
    return [(name, platform.kb(name, visitor).spec.title or name) for name in names]


def _samples() -> dict[str, str]:
    """The sample documents of the application that finds forgeries, and what each is."""
    app = next((app for app in applications() if app.name == "forgery"), None)
    return dict(example.split(": ", 1) for example in app.examples) if app else {}


def sign_in(request: Request, failed: bool = False) -> Response:
    return page("sign_in.html", status=403 if failed else 200, failed=failed)


def error_page(request: Request, status: int, message: str) -> Response:
    return page("error.html", status=status, message=message)


def page(template: str, status: int = 200, **values: Any) -> Response:
    html = _templates().get_template(template).render(status=status, **values)
    return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})


def static() -> StaticFiles:
    return _Static(directory=HERE / "static")


class _Static(StaticFiles):
    """Files that browsers may keep but must ask about, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
