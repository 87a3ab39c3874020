"""A day at the demo restaurant, lived by two public clients that know nothing of the emulator.

    python day.py http://127.0.0.1:8090

Both packages come from PyPI unmodified (`requirements.txt`). What one of them cannot do or reads in its own way is
noted where it happens; whatever else differs ends the program with a traceback.
"""

import asyncio
import sys
import uuid

from iikocloudapi import AppAuth, IikoCloud
from pyiikocloudapi import IikoTransport


def say(client, what):
    print(f"{client:<16}{what}", flush=True)


def order(product_id):
    """An order that is fetched: two pieces of one dish."""
    return {
        "id": str(uuid.uuid4()),
        "phone": "+79990000001",
        "orderServiceType": "DeliveryByClient",
        "customer": {"type": "one-time", "name": "Гость"},
        "items": [{"type": "Product", "productId": product_id, "amount": 2, "price": 189}],
    }


async def modern(url):
    """`iikocloudapi`: typed, asynchronous, login of version 2."""
    name = "iikocloudapi"
    auth = AppAuth(api_key="demo", app_id="15", client_secret="demo-secret")
    async with IikoCloud(auth=auth, base_url=url) as iiko:
        organizations = (await iiko.organizations()).organizations
        assert len(organizations) == 2, organizations
        here = str(organizations[0].id)
        say(name, f"sees {len(organizations)} organizations")

        groups = (await iiko.terminal_groups(organization_ids=[here])).terminal_groups
        group = str(groups[0].items[0].id)
        menu = await iiko.nomenclature(organization_id=here)
        tea = next(product for product in menu.products if product.code == "TEA-01")
        say(name, f"reads a menu of {len(menu.products)} products")
        stops = await iiko.stop_lists(organization_ids=[here])
        assert stops.terminal_group_stop_lists, stops
        types = (await iiko.payment_types(organization_ids=[here])).payment_types
        cash = next(it for it in types if str(it.payment_type_kind) in ("Cash", "PaymentTypeCategory.CASH"))

        asked = order(str(tea.id))
        created = await iiko.deliveries.create(organization_id=here, terminal_group_id=group, order=asked)
        await iiko.wait(created, organization_id=here, poll_interval=0.1)
        found = (await iiko.deliveries.by_id(organization_id=here, order_ids=[asked["id"]])).orders[0]
        assert found.order.sum == 378, found.order.sum
        say(name, f"orders for {found.order.sum} and is told {found.creation_status}")

        payment = {"paymentTypeKind": "Cash", "sum": 378, "paymentTypeId": str(cash.id)}
        paid = await iiko.deliveries.add_payments(organization_id=here, order_id=asked["id"], payments=[payment])
        await iiko.wait(paid, organization_id=here, poll_interval=0.1)
        closed = await iiko.deliveries.close(organization_id=here, order_id=asked["id"])
        await iiko.wait(closed, organization_id=here, poll_interval=0.1)
        found = (await iiko.deliveries.by_id(organization_id=here, order_ids=[asked["id"]])).orders[0]
        assert str(found.order.status).lower().endswith("closed"), found.order.status
        say(name, "pays in cash and closes")

        guest = await iiko.loyalty.customer.create_or_update(organization_id=here, phone="+79990000055", name="Мария")
        assert guest.id
        say(name, "remembers a guest")


def classic(url):
    """`pyiikocloudapi`: synchronous, login of version 1, its own names."""
    name = "pyiikocloudapi"
    api = IikoTransport("demo", base_url=url, return_dict=True)
    organizations = api.organizations()["organizations"]
    here = organizations[0]["id"]
    say(name, f"sees {len(organizations)} organizations")

    group = api.terminal_groups([here])["terminalGroups"][0]["items"][0]["id"]
    assert api.is_alive([here], [group])["isAliveStatus"][0]["isAlive"] is True
    menu = api.nomenclature(here)
    tea = next(product for product in menu["products"] if product["code"] == "TEA-01")
    say(name, f"reads a menu of {len(menu['products'])} products")
    assert api.stop_lists([here])["terminalGroupStopLists"]
    assert api.payment_types([here])["paymentTypes"]
    causes = api.cancel_causes([here])["cancelCauses"]
    assert causes
    city = api.cities([here])["cities"][0]["items"][0]
    assert api.by_city(here, city["id"])["streets"]
    say(name, f"delivers in {city['name']}")

    asked = order(tea["id"])
    created = api.delivery_create(here, asked, group)
    wait(api, here, created["correlationId"])
    found = api.by_delivery_date_and_status([here], today(api, here), statuses=["WaitCooking"])
    ids = [it["id"] for of in found["ordersByOrganizations"] for it in of["orders"]]
    assert asked["id"] in ids, found
    say(name, "orders and finds the order by its day")

    guest = api.customer_create_or_update(here, phone="+79990000056", name="Пётр")
    found = api.customer_info(here, "+79990000056", "phone")
    assert found["id"] == guest["id"], (found, guest)
    say(name, "remembers a guest")


def today(api, organization_id):
    """Midnight before now, generously: the restaurant's clock is its own."""
    from datetime import datetime, timedelta

    return (datetime.now() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.000")


def wait(api, organization_id, correlation_id):
    import time

    for _ in range(100):
        state = api.status(organization_id, correlation_id)["state"]
        if state == "Success":
            return
        assert state == "InProgress", state
        time.sleep(0.05)
    raise AssertionError("the command did not end")


if __name__ == "__main__":
    url = sys.argv[1].rstrip("/")
    asyncio.run(modern(url))
    classic(url)
    print("the day is over")
