import pytest
from blocks import Block, WrongPage, console_commands, difference, pages, read_blocks, shell_commands

PAGE = """\
# A page

```python
print("one")
```
```
one
```

Words.

```sh
echo two    # says it
```
"""


def test_blocks_come_in_order_with_their_place_and_output():
    assert read_blocks("page.md", PAGE) == [
        Block("page.md", 4, "python", 'print("one")\n', "one\n"),
        Block("page.md", 13, "sh", "echo two    # says it\n"),
    ]


def test_an_output_may_follow_after_blank_lines():
    assert read_blocks("page.md", "```sh\necho a\n```\n\n```\na\n```\n")[0].output == "a\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("```bash\necho\n```\n", "page.md:2"),
        ("Words.\n\n```\nan output of nothing\n```\n", "page.md:4"),
        ("```sh\necho a\n```\nWords.\n```\na\n```\n", "page.md:6"),
        ("```sh\necho a\n```\n```\na\n```\n```\na\n```\n", "page.md:8"),
        ("```text\npicture\n```\n```\na\n```\n", "page.md:5"),
        ("```sh\necho a\n", "page.md:1"),
        ("```sh title\necho a\n```\n", "page.md:1"),
        ("* item\n\n  ```sh\n  echo a\n  ```\n", "page.md:3"),
        ("~~~\necho a\n~~~\n", "page.md:1"),
        ("Words:\n\n    echo a\n", "page.md:3"),
    ],
)
def test_code_that_no_test_would_see_is_refused_with_its_place(text, place):
    with pytest.raises(WrongPage, match=f"^{place}: "):
        read_blocks("page.md", text)


def test_what_goes_on_in_a_list_is_no_code():
    assert read_blocks("page.md", "* item\n\n    goes on\n\n    and on\n") == []


def test_the_pages_are_found():
    assert {"README.md", "README.ko.md", "CONTRIBUTING.md", "docs/guide/getting-started.md"} <= set(pages())


def test_commands_are_joined_and_lose_their_comments():
    block = Block("page.md", 10, "sh", "a --b \\\n   c    # d\n\n# only words\ne '#f' g#h\n")

    assert [(command.line, command.text) for command in shell_commands(block)] == [(10, "a --b c"), (14, "e '#f' g#h")]


def test_a_console_has_commands_and_what_they_print():
    block = Block("page.md", 5, "console", "$ a b\none\ntwo\n$ c\n")

    assert [(command.line, command.text, command.output) for command in console_commands(block)] == [
        (5, "a b", "one\ntwo\n"),
        (8, "c", ""),
    ]


def test_a_console_that_begins_with_an_output_is_refused():
    with pytest.raises(WrongPage, match="^page.md:5: "):
        console_commands(Block("page.md", 5, "console", "one\n$ a\n"))


def test_equal_outputs_have_no_difference():
    assert difference("one\ntwo\n", "one  \ntwo\n") is None


def test_times_may_differ_and_nothing_else():
    assert difference("3 results in 23.4 µs (index)\n", "3 results in 1.2 ms (index)\n") is None
    assert "4 results" in difference("3 results in 23.4 µs\n", "4 results in 23.4 µs\n")
    assert difference("119 m, 24 h\n", "120 m, 24 h\n")


@pytest.mark.parametrize("actual", ["", "one\n", "one\ntwo\nthree\n", "two\none\n", "One\ntwo\n"])
def test_another_output_is_shown_with_its_difference(actual):
    assert difference("one\ntwo\n", actual)


def test_an_ellipsis_is_any_lines_but_only_in_its_place():
    assert difference("one\n  …\nfour\n", "one\ntwo\nthree\nfour\n") is None
    assert difference("one\n…\n", "one\n") is None
    assert difference("one\n…\nfour\n", "one\ntwo\nfive\n")
    assert difference("one … two\n", "one and two\n")
