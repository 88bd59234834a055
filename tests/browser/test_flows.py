"""What a newsroom does in a day, in a real browser: each test a way through the page from its beginning to its end."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_page import COLOURS, QUESTION, WORDS, contrast

pytestmark = pytest.mark.browser

STORY = "Harbour news\n\nThe harbour master Odile Brantz said on Friday that the Quennebec ferry will sail again in May.\nThe ferry was built in 1931."
FERRY = "when will the Quennebec ferry sail again?"
DROP = """async ([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    for (const kind of ['dragover', 'drop']) {
        window.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
}"""


def go(page, view: str) -> None:
    if page.locator("#views .menu").is_visible():
        page.click("#views .menu")
    page.click(f"#views a[data-view={view}]")


def test_an_article_is_dropped_asked_removed_and_put_back(open_page):
    opened = open_page()
    page = opened.page
    go(page, "library")
    page.wait_for_selector(".adder .drop")
    page.evaluate(DROP, ["ferry.txt", STORY])
    page.wait_for_selector("#notice .done")
    assert "Added 1" in page.locator("#notice").inner_text()
    page.wait_for_function("!document.querySelector('#note .samples')")  # it went to the reader's own index, not among the samples
    page.wait_for_selector("#shelf a.title")
    page.evaluate(DROP, ["broken.json", "{no json"])
    page.wait_for_selector("#notice .failed")
    assert "broken.json" in page.locator("#notice .failed").inner_text()
    go(page, "ask")
    opened.ask(FERRY)
    opened.wait_for_active("will sail again in May")
    go(page, "library")
    page.locator("#shelf a.title").first.click()
    page.wait_for_selector("#reading header [data-do=remove]")
    page.click("#reading header [data-do=remove]")
    page.wait_for_selector("#notice [data-do=undo]")
    page.click("#notice [data-do=undo]")
    page.wait_for_function("document.querySelector('#notice').textContent.includes('Put back: 1')")


def test_a_filter_is_a_chip_and_the_address_gives_the_same_answer_again(open_page):
    opened = open_page()
    page = opened.page
    page.click(".narrowing summary")
    page.fill(".narrowing [name=outlet]", "Kontan")
    page.fill(".narrowing [name=since]", "2020")
    page.click(".narrowing [type=submit]")
    page.wait_for_selector(".chip >> nth=1")
    opened.ask(QUESTION)
    page.wait_for_function("window.location.search.includes('outlet=Kontan') && window.location.search.includes('since=2020')")
    told = page.locator(".answer > p").all_inner_texts()
    other = open_page().page
    other.wait_for_timeout(1000)  # what it asks for when it arrives comes to its end
    other.goto(page.url.split("#")[0])
    other.wait_for_selector("#transcript .tools")
    assert other.locator(".answer > p").all_inner_texts() == told
    assert other.locator(".chip").count() == 2
    other.get_by_role("button", name="Take away: Outlet").click()
    other.wait_for_function("document.querySelectorAll('.chip').length === 1")


def test_a_conversation_outlives_a_reload_is_exported_renamed_and_deleted_for_good(open_page):
    opened = open_page()
    page = opened.page
    opened.ask(QUESTION)
    page.wait_for_function("window.location.hash.startsWith('#conversation=')")
    told = page.locator(".answer > p").all_inner_texts()
    page.reload()
    page.wait_for_selector("#transcript .tools")
    assert page.locator(".answer > p").all_inner_texts() == told
    go(page, "conversations")
    item = page.locator("#kept li").first
    item.locator("summary").click()
    with page.expect_download() as downloads:
        item.get_by_role("button", name="Markdown").click()
    markdown = downloads.value.path().read_text("utf-8")
    assert "[^1-1]" in markdown
    assert "ungkap Biden" in markdown
    with page.expect_download() as downloads:
        item.get_by_role("button", name="JSON").click()
    kept = json.loads(downloads.value.path().read_text("utf-8"))
    citation = kept["turns"][0]["answer"]["citations"][0]
    assert citation["quote"].replace("\n", " ") in "\n".join(told).replace("\n", " ")
    item.locator("[name=name]").fill("About Biden")
    item.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="About Biden").wait_for()
    page.fill("#kept [name=find]", "About")
    page.press("#kept [name=find]", "Enter")
    page.wait_for_function("document.querySelectorAll('#kept li').length === 1")
    page.locator("#kept summary").click()
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_function("![...document.querySelectorAll('#kept a.title')].some(a => a.textContent === 'About Biden')")


def test_a_question_is_changed_asked_again_and_judged(open_page):
    opened = open_page()
    page = opened.page
    opened.ask("what did Putin say?")
    page.click(".turn [data-do=edit]")
    page.wait_for_function("document.querySelector('#question textarea').value === 'what did Putin say?'")
    page.wait_for_selector(".chip")
    opened.ask(QUESTION)
    assert page.locator(".turn").count() == 1
    opened.wait_for_active(WORDS)
    page.evaluate("document.querySelector('.turn').classList.add('before')")
    page.click(".turn [data-do=retry]")
    page.wait_for_function("!document.querySelector('.before, .growing') && document.querySelectorAll('.turn .tools').length === 1")
    page.click(".thumb[data-good='0']")
    page.locator(".reasons input[value=missing]").check()
    page.click(".reasons button")
    page.wait_for_selector(".saying-so.said")
    assert page.locator(".thumb[data-good='0']").get_attribute("aria-pressed") == "true"
    page.wait_for_selector("#examples .example")
    page.locator("#examples .example").first.click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 2 && !document.querySelector('.growing')")
    assert page.locator(".turn").last.locator(".answer:not(.abstained)").count() == 1


def test_articles_that_differ_stand_side_by_side(open_page):
    opened = open_page()
    page = opened.page
    opened.ask("How many people died in the Okafere mill explosion?")
    assert page.locator(".side h3").all_inner_texts() == ["The Lagoon Herald", "The Savanna Dispatch"]
    tops = page.locator(".side").evaluate_all("els => els.map(e => e.getBoundingClientRect().top)")
    assert tops[0] == tops[1]


def test_the_page_speaks_indonesian_when_the_browser_does_and_when_told(open_page):
    opened = open_page(locale="id-ID")
    page = opened.page
    page.wait_for_function("document.documentElement.lang === 'id'")
    assert page.locator("#send").inner_text() == "Tanya"
    go(page, "settings")
    page.wait_for_selector("#settings [name=interface]")
    page.select_option("#settings [name=interface]", "en")
    page.wait_for_function("document.documentElement.lang === 'en'")
    assert page.locator("#send").inner_text() == "Ask" or not page.locator("#send").is_visible()


def test_nothing_jumps_while_an_answer_comes(open_page):
    opened = open_page()
    page = opened.page
    opened.ask(QUESTION)
    page.evaluate("""() => {
        window.moved = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.moved += e.value; }))
            .observe({ type: 'layout-shift' });
    }""")
    opened.ask("what did Xi Jinping say?")
    page.wait_for_timeout(600)
    assert page.evaluate("window.moved") < 0.1  # what the web vitals call good


def test_a_point_of_the_timeline_opens_its_article(open_page):
    page = open_page().page
    go(page, "speakers")
    page.wait_for_selector(".timeline a.dot")
    page.locator(".timeline a.dot").first.click()
    page.wait_for_selector("#reading mark.active")


ARABIC = "من دفع تكاليف رقمنة مخطوطات مكتبة واحة الريحانة؟"
PAGES = {
    "answer": "QUESTION", "arabic": ARABIC, "abstention": "what did Putin say?", "speakers": "", "library": "", "conversations": "", "settings": "",
}  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", "width": 390, "height": 800}], ids=["light", "dark on a phone"])
def test_axe_finds_no_serious_fault_on_any_page(open_page, options):
    opened = open_page(**options)
    page, found, low = opened.page, [], []
    for view, question in PAGES.items():
        if question:
            opened.ask(QUESTION if question == "QUESTION" else question)
            page.click(".searched summary >> nth=-1")
        else:
            go(page, view)
            page.wait_for_selector(
                {"speakers": ".timeline", "library": "#shelf a.title", "conversations": "#kept li"}.get(view, "#settings h2")
            )
            if view == "library":
                page.locator("#shelf a.title").first.click()
                page.wait_for_selector("#reading header .tools")
                page.evaluate("window.scrollTo(0, 0)")
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                found += [(view, fault["id"], node["html"][:160]) for node in fault["nodes"]]
        low += [(what, ratio) for what, ink, ground in page.evaluate(COLOURS) if (ratio := contrast(ink, ground)) < 4.5]
    assert found == []
    assert low == []


def test_an_arabic_article_and_its_citations_run_from_right_to_left(open_page):
    opened = open_page()
    page = opened.page
    opened.ask(ARABIC)
    page.wait_for_selector("#reading mark.active")
    runs = "els => els.map(e => getComputedStyle(e).direction)"
    for part in (".question", ".answer > p", ".cited-title", "#reading h2", "#reading .text p:has(mark)"):
        found = page.locator(part).evaluate_all(runs)
        assert found, part
        assert set(found) == {"rtl"}, part
    assert page.locator("#reading .text").get_attribute("lang") == "ar"
    said = page.locator(".answer > p").first.inner_text()
    assert page.locator("#reading mark.active").first.inner_text() in said.rsplit("[", 1)[0]
    assert page.locator(".answer > p a.marker").first.evaluate("e => e.textContent") == "[1]"  # a marker is not turned round


def test_a_question_asked_before_the_page_has_arrived_is_answered_and_kept(open_page):
    opened = open_page()
    page = opened.page
    opened.ask(QUESTION)
    page.wait_for_function("window.location.hash.startsWith('#conversation=')")
    held = []
    page.route("**/queue/join*", lambda route: held.append(route) if not held else route.continue_())
    page.reload()
    page.fill("#question textarea", "what did Xi Jinping say?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".waiting")  # it is shown, and waits for what the page still asks for
    assert page.locator("#question textarea").input_value() == ""
    held[0].continue_()
    page.wait_for_selector("#transcript:not(:has(.growing)) .turn:nth-child(2) .tools")
    assert page.locator(".question").all_inner_texts() == [QUESTION, "what did Xi Jinping say?"]


def test_stories_list_what_several_articles_tell_of(open_page):
    page = open_page().page
    go(page, "library")
    page.click("#shelf [data-do=stories]")
    page.wait_for_selector("#shelf .stories a.title")
    assert page.locator("#shelf .stories > li").first.locator("a.title").count() >= 2
    page.locator("#shelf .stories a.title").first.click()
    page.wait_for_selector("#reading header .tools")
    page.click("#shelf [data-do=look]")
    page.wait_for_selector("#shelf table.articles")
