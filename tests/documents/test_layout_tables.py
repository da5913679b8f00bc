"""Tables with and without drawn cells."""

from __future__ import annotations

import pytest

from groundstone.documents.base import Table
from groundstone.documents.layout import understand
from tests.documents.pages import page_of, reading_of, reading_of_drawing, turned

HISTORY = """
            Previous Employment
+----------+---------+----------------+
| Start    | End     | Employer Name  |
+----------+---------+----------------+
| 1/15/09  | 6/30/11 | Any Company    |
+----------+---------+----------------+
| 7/1/2011 | present | Best Corp.     |
|          |         | of Baking      |
+----------+---------+----------------+
"""
RECEIPT = """
      BOOKS AND MORE SDN BHD
     12 Jalan Besar, 43000 Kajang
Invoice No : 12345        Date : 25/12/2018

Item                 Qty    Price   Amount
Pencil               2      1.50    3.00
Eraser large         1      2.00    2.00
Paper A4             10     1.00    10.00
Subtotal                            15.00
TOTAL                               15.90
"""


def tables_of(drawing: str) -> list[list[list[str]]]:
    return [grid_of(table) for table in understand(reading_of_drawing(drawing)).tables]


def grid_of(table: Table) -> list[list[str]]:
    """The texts of a table; a merged cell's text stands in each of its places."""
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        for row in range(cell.row - 1, cell.row - 1 + cell.rows):
            for column in range(cell.column - 1, cell.column - 1 + cell.columns):
                assert not grid[row][column]
                grid[row][column] = cell.content.text or "-"
    assert all(all(row) for row in grid)
    return grid


def test_drawn_cells_with_a_title_a_header_and_a_cell_of_two_lines() -> None:
    (table,) = understand(reading_of_drawing(HISTORY)).tables
    assert grid_of(table) == [
        ["Start", "End", "Employer Name"],
        ["1/15/09", "6/30/11", "Any Company"],
        ["7/1/2011", "present", "Best Corp. of Baking"],
    ]
    assert table.title is not None
    assert table.title.text == "Previous Employment"
    assert [cell.content.text for cell in table.cells if cell.is_header] == ["Start", "End", "Employer Name"]
    assert table.confidence > 0.9


def test_cells_of_data_are_no_pairs() -> None:
    assert understand(reading_of_drawing(HISTORY)).pairs == ()


def test_a_first_row_over_all_columns_is_the_title() -> None:
    drawing = """
    +-------------------------+
    |  Doses                  |
    +---------+---------------+
    | Number  | Date          |
    +---------+---------------+
    | 1       | 2021-07-01    |
    +---------+---------------+
    | 2       | 2021-10-02    |
    +---------+---------------+
    """
    (table,) = understand(reading_of_drawing(drawing)).tables
    assert table.title is not None
    assert table.title.text == "Doses"
    assert grid_of(table) == [["Number", "Date"], ["1", "2021-07-01"], ["2", "2021-10-02"]]


def test_missing_rulings_merge_cells() -> None:
    drawing = """
    +---------+---------+---------+
    | Name    | Morning | Evening |
    +---------+---------+---------+
    | Ann     | closed            |
    +---------+---------+---------+
    | Bob     | 10      | 12      |
    |         +---------+---------+
    |         | 11      | 14      |
    +---------+---------+---------+
    """
    (table,) = understand(reading_of_drawing(drawing)).tables
    assert grid_of(table) == [
        ["Name", "Morning", "Evening"],
        ["Ann", "closed", "closed"],
        ["Bob", "10", "12"],
        ["Bob", "11", "14"],
    ]
    spans = {(cell.content.text, cell.rows, cell.columns) for cell in table.cells if cell.rows * cell.columns > 1}
    assert spans == {("closed", 1, 2), ("Bob", 2, 1)}


def test_items_of_a_receipt_are_a_table_and_its_totals_are_pairs() -> None:
    layout = understand(reading_of_drawing(RECEIPT))
    (table,) = layout.tables
    assert grid_of(table) == [
        ["Item", "Qty", "Price", "Amount"],
        ["Pencil", "2", "1.50", "3.00"],
        ["Eraser large", "1", "2.00", "2.00"],
        ["Paper A4", "10", "1.00", "10.00"],
    ]
    assert {pair.key.text: pair.value and pair.value.text for pair in layout.pairs} == {
        "Invoice No :": "12345",
        "Date :": "25/12/2018",
        "Subtotal": "15.00",
        "TOTAL": "15.90",
    }


def test_a_line_across_the_columns_is_a_merged_cell() -> None:
    drawing = """
    CODE          QTY    PRICE     AMOUNT
    000000111     1      193.00    193.00
    KINGS SAFETY SHOES KWD 805
    000000112     2      10.00     20.00
    """
    assert tables_of(drawing) == [
        [
            ["CODE", "QTY", "PRICE", "AMOUNT"],
            ["000000111", "1", "193.00", "193.00"],
            ["KINGS SAFETY SHOES KWD 805"] * 3 + ["-"],
            ["000000112", "2", "10.00", "20.00"],
        ]
    ]


@pytest.mark.parametrize(
    "drawing",
    [
        "Name            John Doe\nBorn            1980-02-03\nCity            Rome\nSex             M",
        "Surname        Given names     Sex\nDOE            JANE            F\nBorn           Country         City\n"
        "1980-02-03     Utopia          Rome",
        "Name: Ann       City: Rome\nSex: F          Zip: 123\nAge: 3          No: 4",
    ],
)
def test_forms_without_rulings_are_no_tables(drawing: str) -> None:
    assert tables_of(drawing) == []


def test_two_tables_apart_stay_apart() -> None:
    drawing = """
    VACCINE    DOSE    DATE
    Pfizer     1       03/01/2021
    Pfizer     2       03/22/2021

    TEST       LAB     RESULT
    PCR        A12     negative
    Antigen    B7      negative
    """
    assert [table[0] for table in tables_of(drawing)] == [["VACCINE", "DOSE", "DATE"], ["TEST", "LAB", "RESULT"]]


@pytest.mark.parametrize("degrees", [90, 180, 3, -4])
def test_a_turned_picture_gives_the_same_tables(degrees: float) -> None:
    for drawing in (HISTORY, RECEIPT):
        found = understand(reading_of(turned(page_of(drawing), degrees))).tables
        assert [grid_of(table) for table in found] == tables_of(drawing)


def test_a_table_that_reads_across_is_told_from_the_form_around_it() -> None:
    drawing = """
    Beneficiary Name            John Doe
    Document Number             X1259666
    Vaccine Name                C19SHIELD
    Dose #                      1st          2nd
    Date of Dose (YYYY-MM-DD)   2021-07-01   2021-10-02
    Dose Batch #                111X083      32Z13116
    """
    layout = understand(reading_of_drawing(drawing))
    (table,) = layout.tables
    assert grid_of(table) == [
        ["Dose #", "1st", "2nd"],
        ["Date of Dose (YYYY-MM-DD)", "2021-07-01", "2021-10-02"],
        ["Dose Batch #", "111X083", "32Z13116"],
    ]
    assert all(cell.is_header == (cell.row == 1 or cell.column == 1) for cell in table.cells)
    assert [pair.key.text for pair in layout.pairs] == ["Beneficiary Name", "Document Number", "Vaccine Name"]


def test_a_form_of_labels_above_values_with_rows_left_out_is_no_table() -> None:
    drawing = """
    Born           Document no
    22.09.1948     X7850290
    Certificate    Product
    """
    assert understand(reading_of_drawing(drawing)).tables == ()
