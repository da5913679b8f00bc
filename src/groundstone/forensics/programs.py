"""Programs that write pictures and PDF, by the names that they leave in files, and what such a name is worth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["generator", "editor", "office", "pdf editor", "web", "converter", "scanner", "camera", "screen"]

ODDS: dict[Kind, float] = {
    "generator": 2.0,  # makes pictures from words
    "editor": 1.0,
    "office": 0.5,  # on a picture or a scan; a PDF that an office program wrote is nothing unusual
    "pdf editor": 0.8,
    "web": 0.3,  # made for the web or sent through a messenger
    "converter": 0.1,
    "scanner": -0.2,
    "camera": -0.2,
    "screen": 0.0,
}
_NAMES: tuple[tuple[Kind, str], ...] = (
    ("generator", "Stable Diffusion|Midjourney|DALL.?E|Firefly|ComfyUI|InvokeAI|Automatic1111|NovelAI|Imagen|OpenAI"),
    ("screen", "screenshot|screen capture|Snipping Tool|Greenshot|ShareX|Flameshot|Lightshot|Snagit|Spectacle"),
    ("scanner", "Adobe Scan|CamScanner|Microsoft Lens|Office Lens|Genius Scan|SwiftScan|Scanbot|VueScan|SilverFast"),
    ("scanner", "EPSON Scan|ScanSnap|PaperPort|NAPS2|simple-scan|XSane|Canon MF|IJ Scan|HP Scan|Kofax|WorkCentre"),
    (
        "scanner",
        "KONICA|Xerox|Ricoh|Kyocera|bizhub|imageRUNNER|Brother|Fujitsu|Image Capture|Windows Fax and Scan|TWAIN",
    ),
    ("editor", "Photoshop|Lightroom|GIMP|Affinity|Pixelmator|Paint\\.NET|PaintShop|Paint Shop|Krita|Photopea"),
    ("editor", "CorelDRAW|PHOTO-PAINT|Illustrator|Inkscape|Canva|Snapseed|PicsArt|Pixlr|Polarr|Fotor|BeFunky|YouCam"),
    ("editor", "FaceApp|Facetune|Meitu|PhotoScape|ACDSee|Luminar|Capture One|darktable|RawTherapee|PhotoDirector"),
    ("editor", "Microsoft Windows Photo|Windows Photo Editor|Microsoft Photos|MS Paint|Microsoft Paint|mspaint"),
    ("editor", "Photo Editor|Picasa|IrfanView|XnView|FastStone|Figma|Sketch\\b|InDesign|QuarkXPress|Scribus"),
    ("office", "Microsoft.{0,4} (?:Office )?(?:Word|Excel|PowerPoint|Office|Publisher|Visio)|LibreOffice|OpenOffice"),
    ("office", "WPS Office|\\bPages\\b|\\bKeynote\\b|\\bNumbers\\b|Google Docs"),
    ("pdf editor", "Sejda|PDFescape|Smallpdf|iLovePDF|PDF-?XChange|Foxit (?:Phantom|PDF Editor)|Nitro|Master PDF"),
    ("pdf editor", "PDFelement|Wondershare|Xodo|PDF24|PDFfiller|pdfFiller|DocHub|Soda PDF|PDFsam|Infix|Able2Extract"),
    ("pdf editor", "PDF Candy|PDF Expert|PDF Architect|pdf2go|LightPDF|ABBYY FineReader PDF|PDF Annotator"),
    ("web", "Facebook|Instagram|WhatsApp|Telegram|gd-jpeg|Ducky"),
    ("converter", "ImageMagick|GraphicsMagick|Pillow|PIL\\b|libvips|Lavc|ffmpeg|Ghostscript|Skia|Quartz|cairo|iText"),
    (
        "converter",
        "PDFCreator|img2pdf|PDFium|pdfTeX|ReportLab|wkhtmltopdf|Chromium|PDFKit|TCPDF|FPDF|pikepdf|qpdf|PyPDF",
    ),
    ("camera", "Apple|iPhone|iPad|Samsung|Huawei|Xiaomi|Pixel \\d|OnePlus|OPPO|vivo|Nikon|Canon|Sony|Olympus"),
    ("camera", "Panasonic|FUJIFILM|Motorola|Nokia|LG Electronics|HMD|Leica|Pentax|Google"),
)
_KNOWN = tuple((kind, re.compile(f"(?:{names})", re.IGNORECASE)) for kind, names in _NAMES)
_LONGEST = 200  # characters of a name that are looked at


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    kind: Kind

    @property
    def odds(self) -> float:
        """Natural logarithm of the factor on the odds of a forgery."""
        return ODDS[self.kind]


def known(text: str) -> Program | None:
    """The program that a text names; only the name itself is taken over, since the rest may be private.

    >>> known("Adobe Photoshop CS6 (Windows) licensed to A. Person")
    Program(name='Photoshop', kind='editor')
    """
    for kind, pattern in _KNOWN:
        found = pattern.search(text[:_LONGEST])
        if found:
            return Program(found.group(), kind)
    return None


def shown(text: str) -> str:
    """A name from a file, short and printable."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST])
    short = " ".join(plain.split())
    return short if len(short) <= 40 else short[:39] + "\u2026"
