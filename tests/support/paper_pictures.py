"""Draws the pictures of paper in docs: slips, a report, the virtual printer's page. Knows no real patient.

Run from the project's root:
`python -m tests.support.paper_pictures docs/pictures`
"""

import sys
from pathlib import Path
from typing import Any

from PIL import Image

from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.slip import draw_slip
from hardware.virtual.page import page_server
from tests.support.browser import a_browser, a_page
from tests.support.laboratory_day import CHEMISTRY
from tests.support.printers import MOMENT, P58, P80, make_slip, strip, virtual_printer

PLACE = {"zh": "二楼内科候诊区", "en": "waiting area 2"}
SLIPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "slip-zh": (P80, {"place": PLACE, "hint": {"zh": "过号请到自助机或分诊台重新报到", "en": ""}}),
    "slip-58-en": (P58, {"place": PLACE, "language": "en", "display_name": "J*** S****", "doctor": "Dr Li"}),
    "slip-copy-zh": (P80, {"place": PLACE, "copy_number": 1, "display_name": "𠮷*䶮"}),
}


def main(folder: Path) -> None:
    """Draw all of them into `folder`."""
    for name, (profile, changes) in SLIPS.items():
        _framed(draw_slip(make_slip(**changes), profile)).save(folder / f"{name}.png", optimize=True)
    for name, profile in (("report-zh", P80), ("report-58-zh", P58)):
        report = ReportDocument.model_validate(CHEMISTRY)
        _framed(strip(draw_report(report, profile, MOMENT))).save(folder / f"{name}.png", optimize=True)
    with virtual_printer("tcp") as (printer, device), a_browser() as browser:
        for number in ("A012", "A013", "B004"):
            printer.print_pages([draw_slip(make_slip(number=number, place=PLACE), P80)])
        page = page_server(device, "127.0.0.1", 0)
        with a_page(browser, (1366, 768)) as seen:
            seen.goto(f"http://127.0.0.1:{page.port}/?lang=zh")
            seen.wait_for_function(
                "() => [...document.querySelectorAll('#paper img')].filter((one) => one.complete).length === 3"
            )
            seen.screenshot(path=folder / "virtual-printer.png")
        page.stop()
    picture = Image.open(folder / "virtual-printer.png").convert("RGB").quantize(64)
    picture.save(folder / "virtual-printer.png", optimize=True)


def _framed(paper: Image.Image) -> Image.Image:
    """The paper with a margin and an edge, as it lies on a page."""
    whole = Image.new("L", (paper.width + 64, paper.height + 64), 200)
    whole.paste(paper.convert("L"), (32, 32))
    return whole


if __name__ == "__main__":
    main(Path(sys.argv[1]))
