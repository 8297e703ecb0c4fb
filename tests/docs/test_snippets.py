"""Every snippet of every page does what the page says. See blocks.py for what is done with which."""

import pytest
from blocks import Block, pages, read_page, shell_commands
from not_run import NOT_RUN, exception_for, is_kept
from running import PageRun, WrongSnippet


@pytest.mark.parametrize("page", [page for page in pages() if read_page(page)])
def test_the_snippets_of_the_page_are_true(page, workspace):
    wrong = ""
    try:
        PageRun(workspace).run_page(page)
    except WrongSnippet as error:
        wrong = str(error)

    if wrong:
        pytest.fail(wrong, pytrace=False)


def test_every_exception_is_needed_and_run_elsewhere():
    commands = [
        command.text
        for page in pages()
        for block in read_page(page)
        if block.language == "sh"
        for command in shell_commands(block)
    ]
    used = [exception_for(command) for command in commands]

    assert [one.command for one in NOT_RUN if one not in used] == []
    assert [command for command, one in zip(commands, used) if one and not is_kept(one, command)] == []


@pytest.mark.parametrize(
    ("language", "text", "output"),
    [
        ("sh", "true\nfalse\n", None),
        ("sh", "echo a\npython3 -m pilling no_command\n", None),
        ("sh", "echo a\necho b\n", "a\nc\n"),
        ("sh", "true\necho $NO_SUCH_VARIABLE\n", None),
        ("console", "$ true\n$ python3 -m pilling suggest 활명\n활명\n", None),
        ("console", "$ true\n$ python3 -m pilling no_command\n…\n", None),
        ("console", "$ true\n$ python3 -m pilling.testing.no_such_module\n", None),
        ("python", "import pilling\npilling.no_such_name\n", None),
        ("python", "import pilling\nno grammar\n", None),
        ("python", 'print("a")\nprint("b")\n', "a\nc\n"),
        ("python", ">>> 1 + 1\n3\n", None),
        ("concepts", "version 1\nnonsense\n", None),
        ("crontab", "0 2 * * *  python3 -m pilling no_command\n", None),
        ("crontab", "CRON_TZ=Asia/Seoul\n", None),
        ("sql", "INSERT INTO\nno_such_table VALUES (?1)\n", None),
    ],
)
def test_a_wrong_snippet_fails_with_its_place(language, text, output, workspace):
    with pytest.raises(WrongSnippet, match=r"^page\.md:1[01]: "):
        PageRun(workspace).run([Block("page.md", 10, language, text, output)])


def test_names_and_files_last_for_the_page(workspace):
    PageRun(workspace).run(
        [
            Block("page.md", 2, "python", "one = 1\nopen('file', 'w').close()\n"),
            Block("page.md", 8, "sh", "ls file\n", "file\n"),
            Block("page.md", 12, "python", ">>> one\n1\n"),
        ]
    )


def test_the_services_of_a_page_are_found_at_the_addresses_it_shows(workspace):
    shown = "data.go.kr  http://127.0.0.1:1\nopenai      http://127.0.0.1:2/v1\nCtrl-C ends both.\n"
    PageRun(workspace).run(
        [
            Block("page.md", 2, "console", f"$ python3 -m pilling.testing.fake_services\n{shown}"),
            Block("page.md", 8, "sh", "curl --silent --fail http://127.0.0.1:1/control/log > log\ngrep requests log\n"),
        ]
    )
