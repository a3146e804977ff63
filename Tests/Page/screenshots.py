"""Takes a picture of each view, light and dark, on a desktop and on a phone."""

import pathlib
import sys
import time
from datetime import datetime, timedelta, timezone

from selenium.webdriver.common.by import By

from stack import ORDER, Stack, browser, iso, wait_for

LINES = [{"sku": "A-1"}, {"sku": "B-7"}, {"sku": "C-3"}]


def fill(stack):
    """Data of a small shop."""
    arn = stack.create_machine("order", ORDER)
    activity = stack.aws("CreateActivity", {"name": "packing"})["activityArn"]
    packing = stack.create_machine(
        "packing-line",
        {"StartAt": "Pack", "States": {"Pack": {"Type": "Task", "Resource": activity, "End": True}}},
    )
    for number in range(7):
        stack.execute(packing, f"parcel-{number}", {})
    lines = []
    for number in range(600):
        minutes = (number * 37 % 97) * (1 + number % 3) * 0.6 + 0.2
        lines.append('{"Id":"order-%d","StartTimestamp":"%s"}' % (10_000 + number, iso(minutes=minutes)))
    for number in range(420):
        seconds = 2 + number % 3
        lines.append('{"Id":"reminder-%d","StartTimestamp":"%s"}' % (100 + number, iso(seconds=seconds)))
    for number in range(300):
        lines.append('{"Id":"renewal-%d","StartTimestamp":"%s"}' % (number, iso(days=1 + number * 1.1)))
    status, _, text = stack.call("/items", "\n".join(lines).encode(), {"Content-Type": "application/x-ndjson"})
    assert status == 200, text
    for number in range(24):
        stack.execute(arn, f"web-{2_000 + number}", {"at": iso(seconds=1), "total": 40 + number, "lines": LINES})
    for number in range(9):
        stack.execute(arn, f"web-{3_000 + number}", {"at": iso(seconds=1), "total": 4_000, "lines": LINES})
    for number in range(3):
        stack.execute(arn, f"web-{4_000 + number}", {"at": iso(seconds=1), "total": -5, "lines": LINES})
    for number in range(2):
        stack.start_item(f"withdrawn-{number}", hours=3)
        stack.ok(f"/items/withdrawn-{number}/cancel", {"cause": "The customer changed his mind."})
    wait_for("the orders are done", lambda: stack.status("web-2000", "order") == "SUCCEEDED", 30)
    wait_for("the failures are there", lambda: stack.status("web-4002", "order") == "FAILED", 30)
    wait_for("the reminders are done", lambda: stack.ok("/overview")["waiting"] < 920, 60)
    spread_closings(stack)


def spread_closings(stack):
    """Puts the closing instants of what succeeded over the last hour, as a long-running system has them."""
    now = datetime.now(timezone.utc)
    names = [name for name in stack.redis("ZRANGE", "waitable:{0}:closed", "0", "-1").split("\n") if "reminder" in name]
    for index, name in enumerate(names):
        back = timedelta(minutes=59 * ((index * index * 31) % 997) / 997)
        stack.redis("ZADD", "waitable:{0}:closed", "XX", str(int((now - back).timestamp() * 1000)), name)


VIEWS = {
    "overview": "/ui",
    "schedule": "/ui/schedule?range=day",
    "items": "/ui/items?status=WAITING",
    "item": "/ui/items/web-2003?stateMachine=order",
    "item-waiting": "/ui/items/renewal-5",
    "item-failed": "/ui/items/web-3001?stateMachine=order",
    "failures": "/ui/failures",
    "machines": "/ui/machines",
    "machine": "/ui/machines/order",
    "activities": "/ui/activities",
    "missing": "/ui/items/nobody",
}


def shoot(url, folder, only=()):
    folder.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in {"desktop": (1280, 900), "phone": (390, 844)}.items():
        for dark in [False, True]:
            driver = browser(width, height, dark)
            try:
                for name, path in VIEWS.items():
                    if only and name not in only:
                        continue
                    driver.get(url + path)
                    wait_for(f"{name} is there", lambda: not driver.find_elements(By.CSS_SELECTOR, ".skeleton"))
                    time.sleep(1.2 if name == "overview" else 0.3)
                    full = driver.execute_script("return document.documentElement.scrollHeight")
                    wide = driver.execute_script("return document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{name} is {wide} px wide where there are {width}")
                    driver.execute_cdp_cmd(
                        "Emulation.setDeviceMetricsOverride",
                        {"width": width, "height": min(max(height, full), 2600), "deviceScaleFactor": 1, "mobile": width < 600},
                    )
                    time.sleep(0.2)
                    driver.save_screenshot(str(folder / f"{name}-{size}-{'dark' if dark else 'light'}.png"))
                    driver.execute_cdp_cmd(
                        "Emulation.setDeviceMetricsOverride",
                        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
                    )
            finally:
                driver.quit()


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    with Stack() as stack:
        fill(stack)
        shoot(stack.url, target)
