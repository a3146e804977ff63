"""Looks for what keeps people out: by axe-core's rules of WCAG 2.2 A and AA, contrast among them."""

import importlib.util
import pathlib

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def source():
    """axe-core, as a package of PyPI brings it."""
    package = importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0]
    return next(pathlib.Path(package).rglob("axe.min.js")).read_text()


SOURCE = source()


def violations(driver):
    """What breaks a rule on the page that is shown, with where it does."""
    if not driver.execute_script("return 'axe' in window"):
        # By the debugger's protocol: the page's policy forbids scripts that it does not serve.
        driver.execute_cdp_cmd("Runtime.evaluate", {"expression": SOURCE + ";true"})
    found = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations']})"
        ".then(result => done(result.violations), error => done([{id: String(error), nodes: []}]))",
        RULES,
    )
    return [
        f"{rule['id']}: " + "; ".join(f"{node['target']} {node.get('failureSummary', '')[:200]}" for node in rule["nodes"][:3])
        for rule in found
    ]
