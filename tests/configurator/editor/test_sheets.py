"""Tables pasted from a spreadsheet."""

import pytest

from apps.configurator.sheets import Column, Fault, Sheet, decode, read, write

WHEELS = Column("wheels", ("Wheels", "轮圈"), (("small", "16-inch", "16 英寸"), ("large", "18-inch, alloy", "18 英寸")))
PAINT = Column(
    "paint", ("Paint", "车漆"), (("blue", "Ocean", "蓝色"), ("red", "Red", "红色"), ("dark", "Ocean", "深蓝"))
)
EXTRAS = Column("extras", ("Extras", "选装"), (("tow", "Tow bar", "拖车钩"),), single=False)
COLUMNS = (WHEELS, PAINT, EXTRAS)
GOOD = Sheet(("wheels", "paint"), (("small", "red"), ("large", "red")))


@pytest.mark.parametrize(
    "text",
    [
        "wheels\tpaint\nsmall\tred\nlarge\tred\n",
        'Wheels,Paint\r\n16-inch,Red\r\n"18-inch, alloy",red\r\n',
        "\ufeffwheels;paint\nsmall;red\n\nlarge;red;;\n",
        "轮圈，车漆\n16英寸，红色\n18 英寸，红色".replace("16英寸", "16 英寸"),
        "轮圈\t车漆\r16 英寸\t红色\r18 英寸\t红色",
        "WHEELS | ｐａｉｎｔ\n Small | RED \nlarge|red",
    ],
    ids=["tabs and codes", "commas and names", "semicolons with a mark", "Chinese commas", "old Mac", "wide letters"],
)
def test_the_same_table_is_understood_however_it_was_copied(text: str) -> None:
    assert read(text, COLUMNS) == GOOD


def test_every_cell_that_is_not_understood_is_named_by_row_and_column() -> None:
    sheet = read("wheels\tpaint\nsmall\tpink\nhuge\tOcean\nsmall\nsmall\t\nlarge\tred", COLUMNS)
    assert sheet.rows == (("large", "red"),)
    assert sheet.faults == (
        Fault(2, 2, "“pink” is no option of paint."),
        Fault(3, 1, "“huge” is no option of wheels."),
        Fault(3, 2, "“Ocean” may be blue, dark: write the code."),
        Fault(4, 0, "This row has 1 cells, the header 2."),
        Fault(5, 2, "This cell is empty."),
    )


def test_a_code_means_itself_even_where_it_is_another_ones_name() -> None:
    paint = Column("paint", ("Paint", "车漆"), (("blue", "Sky", "天蓝"), ("sky", "Blue", "蓝")))
    assert read("wheels,paint\nsmall,blue", (WHEELS, paint)).rows == (("small", "blue"),)


def test_a_header_that_names_no_groups_is_told_and_no_row_is_read() -> None:
    sheet = read("wheels,colour,Extras,wheels\nsmall,red,tow,small", COLUMNS)
    assert sheet == Sheet(
        faults=(
            Fault(1, 2, "This car has no group “colour”."),
            Fault(1, 3, "A column is a group of which exactly one option is picked; “Extras” is not."),
            Fault(1, 4, "“wheels” is there twice."),
        )
    )


def test_rows_that_stand_there_twice_are_counted_and_kept_once() -> None:
    sheet = read("wheels,paint\nsmall,red\nlarge,red\nsmall,red", COLUMNS)
    assert (sheet.rows, sheet.repeated) == ((("small", "red"), ("large", "red")), 1)


@pytest.mark.parametrize("text", ["", "  \n\t\n", "wheels,paint\n", "wheels\nsmall"])
def test_nothing_is_a_fault_and_not_an_empty_table(text: str) -> None:
    sheet = read(text, COLUMNS)
    assert sheet.rows == ()
    assert len(sheet.faults) == 1


def test_more_rows_than_a_table_may_have_are_refused_without_reading_them() -> None:
    sheet = read("wheels,paint\n" + "small,red\n" * 20_001, COLUMNS)
    assert (sheet.rows, len(sheet.faults)) == ((), 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert decode("轮圈,车漆".encode(encoding)) == "轮圈,车漆"


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_what_is_written_is_read_again(delimiter: str) -> None:
    names = {"heads": {"wheels": "Wheels"}, "cells": {"large": "18-inch, alloy"}}
    assert read(write(GOOD.groups, GOOD.rows, **names, delimiter=delimiter), COLUMNS) == GOOD
    assert read(write(GOOD.groups, GOOD.rows), COLUMNS) == GOOD
