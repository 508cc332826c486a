"""Drives the emulator with the vendor's own client through all of its calls.

Usage: sdk.py PROGRAM

Every call is made with `alibabacloud_dingtalk`, so paths, query names, body names and the shapes
of replies are the vendor's and not ours. At the end the emulator's own log must name every call
that it serves. The last line counts calls and checks.
"""

import builtins
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

# The models of doc_2_0 name two classes before they are defined and cannot be imported as they
# are in this version of the client. Any class of that name lets the import pass; the calls below
# use neither.
for missing in ("DentryModel", "SpaceModel"):
    setattr(builtins, missing, object)

from alibabacloud_dingtalk.doc_2_0 import client as doc_client, models as doc_models
from alibabacloud_dingtalk.oauth2_1_0 import client as token_client, models as token_models
from alibabacloud_dingtalk.storage_1_0 import client as v1_client, models as v1_models
from alibabacloud_dingtalk.storage_2_0 import client as v2_client, models as v2_models
from alibabacloud_tea_openapi import models as open_api_models
from alibabacloud_tea_util import models as util_models
from Tea.exceptions import TeaException

KEY, SECRET, CORP = "key", "secret-of-the-key", "dingcorp"
TEAM, PLAIN = "1000000001", "1000000002"
SEED = f"""
credentials:
  - {{app_key: {KEY}, app_secret: {SECRET}, corp_id: {CORP}, union_ids: [me]}}
spaces:
  - id: "{TEAM}"
    name: Team
    made: drive
    quota: 100000
    folders: [/Empty, /Target, /Clash/Full]
    files:
      /Welcome.txt: 12
      /Photo.png: 34
      /Full/One.txt: 1
      /Full/Inner/Two.txt: 2
      /Clash/Welcome.txt: 7
      /Clash/Full/Three.txt: 3
    entries:
      - {{path: /Sealed.txt, size: 5, locked: true}}
    generate: {{below: /Many, folders: 1, files: 120, size: 1}}
  - id: "{PLAIN}"
    name: Plain
    files: {{/Stays.txt: 1}}
roles:
  - {{union_id: editor, space: "{TEAM}", role: EDITOR}}
"""
# A dentry as the tables of the documents have it.
FIELDS = """id space_id parent_id type name path version status creator_id modifier_id create_time
modified_time uuid partition_type storage_driver""".split()

counts = {"calls": 0, "checks": 0}


def check(holds, what):
    counts["checks"] += 1
    if not holds:
        raise AssertionError(what)


def same(found, expected, what):
    check(found == expected, f"{what}: {found!r} where {expected!r} was expected")


class Emulator:
    """A running program, and what it tells beside the vendor's API."""

    def __init__(self, program, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        seed = os.path.join(self.folder.name, "seed.yaml")
        with open(seed, "w", encoding="utf-8") as file:
            file.write(SEED)
        rate = [] if "--qps" in arguments else ["--qps", "0"]
        command = [program, "--seed", seed, *rate, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on http://(127\.0\.0\.1:\d+)\n", line)
        check(found, f"the first line is the address: {line!r}")
        self.address = found.group(1)

    def ask(self, what, body=None):
        url = f"http://{self.address}/_emulator/{what}"
        data = None if body is None else body.encode()
        with urllib.request.urlopen(urllib.request.Request(url, data=data)) as reply:
            return reply.read().decode()

    def ids(self, space=TEAM):
        lines = [json.loads(line) for line in self.ask("tree").splitlines()]
        return {line["path"]: line["id"] for line in lines if line["space"] == space}

    def log(self):
        return [json.loads(line) for line in self.ask("log").splitlines()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        same(self.process.wait(timeout=10), 0, "the exit code at SIGTERM")
        self.folder.cleanup()


class Api:
    """The vendor's clients, with a token and a person."""

    def __init__(self, emulator, person="me"):
        settings = open_api_models.Config(protocol="http", endpoint=emulator.address)
        settings.region_id = "central"
        self.v1 = v1_client.Client(settings)
        self.v2 = v2_client.Client(settings)
        self.doc = doc_client.Client(settings)
        self.oauth = token_client.Client(settings)
        self.person = person
        self.token = self.access_token().access_token

    def access_token(self, secret=SECRET):
        request = token_models.GetAccessTokenRequest(app_key=KEY, app_secret=secret)
        counts["calls"] += 1
        return self.oauth.get_access_token(request).body

    def call(self, name, /, *path, version=1, **wire):
        """Makes the call with a request whose fields are given by their names on the wire."""
        client, models = {
            1: (self.v1, v1_models),
            2: (self.v2, v2_models),
            "doc": (self.doc, doc_models),
        }[version]
        person = "operatorId" if version == "doc" else "unionId"
        request = getattr(models, f"{name}Request")().from_map({person: self.person, **wire})
        headers = getattr(models, f"{name}Headers")()
        headers.x_acs_dingtalk_access_token = self.token
        method = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() + "_with_options"
        counts["calls"] += 1
        runtime = util_models.RuntimeOptions()
        return getattr(client, method)(*path, request, headers, runtime).body

    def refused(self, code, status, name, /, *path, **wire):
        """Makes a call that must be refused so."""
        try:
            self.call(name, *path, **wire)
        except TeaException as error:
            same((error.code, error.data.get("statusCode")), (code, status), f"refusal of {name}")
            check(error.data.get("requestid"), f"{name}: the refusal has a requestid")
            check(error.data.get("message"), f"{name}: the refusal has a message")
        else:
            raise AssertionError(f"{name} was not refused with {code}")

    def finished(self, task_id):
        """Asks for a task until it ended, and gives all that was seen of it."""
        seen = []
        for _ in range(10):
            seen.append(self.call("GetTask", task_id).task)
            if seen[-1].status in ("SUCCESS", "FAIL"):
                return seen
        raise AssertionError(f"task {task_id} never ended: {[it.status for it in seen]}")


def children(api, space, folder, **options):
    """All pages of a folder's content."""
    found, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        page = api.call("ListDentries", space, parentId=folder, **options, **more)
        found.extend(page.dentries)
        token = page.next_token
        if not token:
            return found


def names(dentries):
    return [dentry.name for dentry in dentries]


def tokens(emulator, api):
    again = api.access_token()
    same(again.access_token, api.token, "a token asked for again")
    same(again.expire_in, 7200, "its life")
    request = token_models.GetTokenRequest(
        client_id=KEY, client_secret=SECRET, grant_type="client_credentials"
    )
    runtime = util_models.RuntimeOptions()
    newer = api.oauth.get_token_with_options(CORP, request, {}, runtime).body
    same((newer.access_token, newer.expires_in), (api.token, 7200), "the newer token call")
    for wrong in ("", "wrong"):
        try:
            api.access_token(wrong)
        except TeaException as error:
            same(error.code, "invalidClientIdOrSecret", "a wrong secret")
        else:
            raise AssertionError("a wrong secret was taken")
    kept, api.token = api.token, "stale"
    api.refused("InvalidAuthentication", 400, "GetSpace", TEAM)
    api.token = kept
    api.person, kept = "", api.person
    api.refused("MissingunionId", 400, "GetSpace", TEAM)
    api.person = kept


def spaces(emulator, api):
    space = api.call("GetSpace", TEAM).space
    same((space.id, space.name, space.corp_id), (TEAM, "Team", CORP), "a space")
    same((space.status, space.quota), ("NORMAL", 100000), "its status and quota")
    same(space.used_quota, 12 + 34 + 1 + 2 + 7 + 3 + 5 + 120, "its used bytes")
    same(space.partitions[0].partition_type, "PUBLIC_OSS_PARTITION", "its partition")
    same(space.partitions[0].quota.used, space.used_quota, "its partition's bytes")
    api.refused("spaceNotExist", 404, "GetSpace", "42")
    option = {
        "name": "Made",
        "scene": "tests",
        "sceneId": "a1",
        "ownerType": "USER",
        "quota": 500,
        "capabilities": {"canSearch": True, "canRename": False, "canRecordRecentFile": False},
    }
    made = api.call("AddSpace", option=option).space
    same((made.name, made.scene, made.scene_id, made.quota), ("Made", "tests", "a1", 500), "new")
    check(made.capabilities.can_search, "what the space was made to be able to do")
    again = api.call("AddSpace", option={"name": "Other", "scene": "tests", "sceneId": "a1"})
    same((again.space.id, again.space.name), (made.id, "Made"), "the same scene")
    api.refused("paramError.sceneId", 400, "AddSpace", option={"sceneId": "a-1"})


def listing(emulator, api):
    ids = emulator.ids()
    root = children(api, TEAM, "0", orderBy="NAME", order="ASC")
    expected = sorted("Empty Target Clash Welcome.txt Photo.png Full Sealed.txt Many".split())
    same(names(root), expected, "the root by name")
    for dentry in root:
        for field in FIELDS:
            value = getattr(dentry, field)
            check(value is not None and value != "", f"{dentry.name}: {field} is {value!r}")
        same((dentry.space_id, dentry.parent_id), (TEAM, "0"), f"the place of {dentry.name}")
        same(dentry.path, f"/{dentry.name}", "its path")
        check(dentry.thumbnail is None, f"{dentry.name} has a thumbnail that nobody asked for")
        check(re.fullmatch(r"\d{9,12}", dentry.id), f"an id of digits: {dentry.id}")
        check(re.fullmatch(r"[A-Za-z0-9]{32}", dentry.uuid), f"a uuid: {dentry.uuid}")
        check(dentry.properties.read_only is False, "it can be written")
        date = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        check(re.fullmatch(date, dentry.modified_time), f"a date: {dentry.modified_time}")
        folder = dentry.type == "FOLDER"
        same(dentry.size is None, folder, f"only folders have no size: {dentry.name}")
        same(dentry.extension is None, folder, f"only folders have no extension: {dentry.name}")
    photo = children(api, TEAM, "0", withThumbnail=True)
    photo = next(dentry for dentry in photo if dentry.name == "Photo.png")
    check(photo.thumbnail.url and photo.thumbnail.width, "the thumbnail that was asked for")
    same((photo.category, photo.extension, photo.size), ("IMAGE", "png", 34), "a picture")
    folder = ids["/Many/Folder 00001"]
    everything = children(api, TEAM, folder)
    same(len({dentry.id for dentry in everything}), 120, "three pages")
    first = api.call("ListDentries", TEAM, parentId=folder)
    same(len(first.dentries), 50, "a page")
    falling = names(children(api, TEAM, folder, orderBy="NAME", order="DESC", maxResults=7))
    same(falling, sorted(falling, reverse=True), "names in falling order")
    same(len(falling), 120, "pages of seven")
    for order in ("CREATE_TIME", "SIZE", "MODIFIED_TIME"):
        same(len(children(api, TEAM, folder, orderBy=order)), 120, f"pages by {order}")
    api.refused("paramError.maxResults", 400, "ListDentries", TEAM, parentId="0", maxResults=51)
    api.refused("paramError.orderBy", 400, "ListDentries", TEAM, parentId="0", orderBy="AGE")
    api.refused("paramError.nextToken", 400, "ListDentries", TEAM, parentId="0", nextToken="no")
    api.refused("dentryNotExist", 404, "ListDentries", TEAM, parentId="77")
    api.refused("spaceNotExist", 404, "ListDentries", "77", parentId="0")
    for order in ("ASC", "DESC"):
        seen, option = [], {"order": order}
        while True:
            page = api.call("ListAllDentries", TEAM, option=option)
            seen.extend(page.dentries)
            if not page.next_token:
                break
            option = {"order": order, "nextToken": page.next_token}
        times = [dentry.modified_time for dentry in seen]
        same(times, sorted(times, reverse=order == "DESC"), f"times of listAll {order}")
        same({dentry.id for dentry in seen}, set(ids.values()) - {"0"}, f"listAll {order}")
    api.refused("paramError.maxResults", 400, "ListAllDentries", TEAM, option={"maxResults": 51})


def querying(emulator, api):
    ids = emulator.ids()
    dentry = api.call("GetDentry", TEAM, ids["/Full/One.txt"], option={}).dentry
    same((dentry.name, dentry.path, dentry.size), ("One.txt", "/Full/One.txt", 1), "one entry")
    same(dentry.parent_id, ids["/Full"], "its folder")
    root = api.call("GetDentry", TEAM, "0").dentry
    same((root.id, root.type, root.parent_id), ("0", "FOLDER", ""), "the root")
    option = {"withThumbnail": True, "appIdsForAppProperties": ["a"]}
    picture = api.call("GetDentry", TEAM, ids["/Photo.png"], option=option).dentry
    check(picture.thumbnail.height, "a thumbnail")
    api.refused("dentryNotExist", 404, "GetDentry", TEAM, "77")
    wanted = [ids["/Welcome.txt"], "77", ids["/Full"]]
    items = api.call("GetDentries", TEAM, dentryIds=wanted).result_items
    found = {item.dentry_id: item for item in items}
    same(set(found), set(wanted), "an item for each id")
    same(found["77"].success, False, "the missing one")
    same(found["77"].error_code, "dentryNotExist", "its code")
    check(found["77"].dentry is None, "nothing is shown of it")
    same(found[ids["/Full"]].dentry.name, "Full", "the folder")
    check(found[ids["/Full"]].success, "the folder was found")
    api.refused("paramError.dentryIds", 400, "GetDentries", TEAM, dentryIds=["1"] * 31)
    same(len(api.call("GetDentries", TEAM, dentryIds=["1"] * 30).result_items), 30, "thirty")
    same(emulator.log()[-1]["effect"], False, "looking changes nothing")


def folders(emulator, api):
    make = lambda name, **option: api.call("AddFolder", TEAM, "0", name=name, option=option).dentry
    made = make("New", conflictStrategy="RETURN_ERROR_IF_EXISTS")
    same((made.name, made.type, made.parent_id), ("New", "FOLDER", "0"), "a new folder")
    same(made.path, "/New", "its path")
    check(made.size is None, "a folder has no size")
    same(make("New", conflictStrategy="RETURN_DENTRY_IF_EXISTS").id, made.id, "the same again")
    same(make("New").name, "New(1)", "without a strategy it gets a number")
    same(make("New", conflictStrategy="AUTO_RENAME").name, "New(2)", "and the next")
    same(make("New", conflictStrategy="OVERWRITE").id, made.id, "overwriting merges")
    same(make("  Trimmed  ").name, "Trimmed", "blanks around a name go")
    child = api.call("AddFolder", TEAM, made.id, name="Child").dentry
    same((child.path, child.parent_id), ("/New/Child", made.id), "a folder in a folder")
    clash = {"conflictStrategy": "RETURN_ERROR_IF_EXISTS"}
    refused = lambda code, status, **wire: api.refused(
        code, status, "AddFolder", TEAM, "0", **wire
    )
    refused("dentryAlreadyExist", 400, name="New", option=clash)
    refused("paramError.conflictStrategy", 400, name="New", option={"conflictStrategy": "X"})
    for illegal in ("a\tb", "a*", 'a"', "a<", "a>", "a|", "a.", "", "  "):
        refused("dentryNameIllegal", 400, name=illegal)
    api.refused("dentryNotExist", 404, "AddFolder", TEAM, "77", name="x")
    properties = [{"name": f"p{n}", "value": "v", "visibility": "PUBLIC"} for n in range(4)]
    marked = make("Marked", appProperties=properties[:3])
    values = [it for owned in marked.app_properties.values() for it in owned]
    same(sorted(it.name for it in values), ["p0", "p1", "p2"], "its properties")
    refused(
        "dentryAppPropertiesNumberExceedsLimit",
        400,
        name="Marked",
        option={"appProperties": properties},
    )


def batch_copy(emulator, api):
    ids = emulator.ids()

    def copy(*paths, space=TEAM, folder=ids["/Target"], **option):
        wanted = [ids.get(path, path) for path in paths]
        reply = api.call(
            "CopyDentries",
            TEAM,
            targetSpaceId=space,
            targetFolderId=folder,
            dentryIds=wanted,
            option=option,
        )
        return [next(it for it in reply.result_items if it.dentry_id == one) for one in wanted]

    file, empty, missing = copy("/Welcome.txt", "/Empty", "77")
    for item in (file, empty):
        same((item.async_, item.success), (False, True), "a file and an empty folder are quick")
        same((item.space_id, item.target_space_id), (TEAM, TEAM), "their spaces")
        check(item.task_id is None and item.error_code is None, "no task, no code")
        check(item.target_dentry_id not in (None, item.dentry_id), "a copy has an id of its own")
    same((missing.async_, missing.success), (False, False), "the missing one")
    same(missing.error_code, "dentryNotExist", "its code")
    check(missing.target_space_id is None, "no target space")
    check(missing.target_dentry_id is None, "no target")
    (full,) = copy("/Full")
    same((full.async_, full.success, full.error_code), (True, None, None), "a folder with content")
    check(full.target_dentry_id and full.task_id, "its target and task are known at once")
    same(names(children(api, TEAM, full.target_dentry_id)), [], "nothing is in it yet")
    seen = api.finished(full.task_id)
    same(seen[-1].status, "SUCCESS", "the task")
    same((seen[-1].total_count, seen[-1].success_count), (4, 4), "its entries")
    same(seen[-1].fail_count, 0, "none failed")
    check(seen[-1].begin_time and seen[-1].end_time, "its times")
    same(len(children(api, TEAM, full.target_dentry_id)), 2, "now its content is there")
    (sealed,) = copy("/Sealed.txt")
    same(sealed.error_code, "permissionDenied", "an entry that nobody may copy")
    # The four strategies.
    clash = ids["/Clash"]
    error = "RETURN_ERROR_IF_EXISTS"
    (item,) = copy("/Welcome.txt", folder=clash, conflictStrategy=error)
    same((item.success, item.error_code), (False, "dentryAlreadyExist"), error)
    (item,) = copy("/Welcome.txt", folder=clash, conflictStrategy="RETURN_DENTRY_IF_EXISTS")
    same((item.success, item.target_dentry_id), (True, ids["/Clash/Welcome.txt"]), "existing")
    (item,) = copy("/Welcome.txt", folder=clash, conflictStrategy="AUTO_RENAME")
    same(api.call("GetDentry", TEAM, item.target_dentry_id).dentry.name, "Welcome(1).txt", "auto")
    (item,) = copy("/Welcome.txt", folder=clash, conflictStrategy="OVERWRITE")
    same(item.target_dentry_id, ids["/Clash/Welcome.txt"], "what is overwritten keeps its id")
    over = api.call("GetDentry", TEAM, item.target_dentry_id).dentry
    same((over.size, over.version), (12, 2), "and gains a version")
    (item,) = copy("/Full", folder=clash, conflictStrategy="OVERWRITE")
    same(item.target_dentry_id, ids["/Clash/Full"], "a folder that is merged into keeps its id")
    api.finished(item.task_id)
    merged = sorted(names(children(api, TEAM, ids["/Clash/Full"])))
    same(merged, ["Inner", "One.txt", "Three.txt"], "both contents")
    # To another space, and what the whole call is refused for.
    (item,) = copy("/Welcome.txt", space=PLAIN, folder="0")
    same(item.target_space_id, PLAIN, "the other space")

    def refused(code, status, **wire):
        base = {"targetSpaceId": TEAM, "targetFolderId": "0", "dentryIds": [ids["/Empty"]]}
        api.refused(code, status, "CopyDentries", TEAM, **{**base, **wire})

    refused("paramError.dentryIds", 400, dentryIds=["1", "2", "3", "4"])
    refused("paramError.dentryIds", 400, dentryIds=[])
    refused("MissingdentryIds", 400, dentryIds=None)
    refused("paramError.conflictStrategy", 400, option={"conflictStrategy": "MERGE"})
    refused("spaceNotExist", 404, targetSpaceId="77")
    refused("dentryNotExist", 404, targetFolderId="77")
    refused("paramError.targetFolderId", 400, targetFolderId=ids["/Welcome.txt"])
    into = {"dentryIds": [ids["/Full"]], "targetFolderId": ids["/Full/Inner"]}
    refused("paramError.targetFolderId", 400, **into)
    api.refused("spaceNotExist", 404, "CopyDentries", "77", targetSpaceId=TEAM,
                targetFolderId="0", dentryIds=["1"])


def batch_move(emulator, api):
    ids = emulator.ids()

    def move(*wanted, space=TEAM, folder=ids["/Target"], **option):
        reply = api.call("MoveDentries", TEAM, targetSpaceId=space, targetFolderId=folder,
                         dentryIds=list(wanted), option=option)
        return {item.dentry_id: item for item in reply.result_items}

    uuid = api.call("GetDentry", TEAM, ids["/Photo.png"]).dentry.uuid
    item = move(ids["/Photo.png"], preservePermissions=True)[ids["/Photo.png"]]
    same((item.async_, item.success), (False, True), "a moved file")
    same(item.target_dentry_id, item.dentry_id, "its id stays in its space")
    moved = api.call("GetDentry", TEAM, item.target_dentry_id).dentry
    same((moved.uuid, moved.path), (uuid, "/Target/Photo.png"), "and its uuid")
    item = move(ids["/Photo.png"], space=PLAIN, folder="0")[ids["/Photo.png"]]
    check(item.target_dentry_id != item.dentry_id, "another space gives another id")
    moved = api.call("GetDentry", PLAIN, item.target_dentry_id).dentry
    same((moved.uuid, moved.space_id), (uuid, PLAIN), "but the uuid stays")
    items = move(ids["/Full"], "77", ids["/Sealed.txt"], conflictStrategy="AUTO_RENAME")
    full = items[ids["/Full"]]
    same((full.async_, full.success), (True, None), "a folder with content")
    same(items["77"].error_code, "dentryNotExist", "the missing one")
    same(items[ids["/Sealed.txt"]].error_code, "permissionDenied", "the sealed one")
    statuses = [task.status for task in api.finished(full.task_id)]
    same(statuses[-1], "SUCCESS", "the task")
    check(set(statuses) <= {"INIT", "IN_PROGRESS", "SUCCESS"}, f"its statuses: {statuses}")
    same(emulator.ids()["/Target/Full(1)"], full.target_dentry_id, "where the copy was before")
    same(names(children(api, TEAM, full.target_dentry_id, orderBy="NAME", order="ASC")),
         ["Inner", "One.txt"], "its content came along")
    base = {"targetSpaceId": TEAM, "targetFolderId": "0"}
    api.refused("paramError.dentryIds", 400, "MoveDentries", TEAM, **base,
                dentryIds=[str(n) for n in range(1, 32)])
    same(len(move(*[str(n) for n in range(1, 31)])), 30, "thirty")
    error = {"conflictStrategy": "RETURN_ERROR_IF_EXISTS"}
    item = move(ids["/Clash/Welcome.txt"], folder="0", **error)[ids["/Clash/Welcome.txt"]]
    same((item.success, item.error_code), (False, "dentryAlreadyExist"), "a clash")
    existing = {"conflictStrategy": "RETURN_DENTRY_IF_EXISTS"}
    item = move(ids["/Clash/Welcome.txt"], folder="0", **existing)[ids["/Clash/Welcome.txt"]]
    same((item.success, item.target_dentry_id), (True, ids["/Welcome.txt"]), "existing")
    check("/Clash/Welcome.txt" in emulator.ids(), "the source of that stays")


def batch_remove(emulator, api):
    ids = emulator.ids()

    def remove(space, *wanted, **option):
        reply = api.call("DeleteDentries", space, dentryIds=list(wanted), option=option)
        return {item.dentry_id: item for item in reply.result_items}

    many = [ids[f"/Many/Folder 00001/File {n:05}.txt"] for n in range(1, 51)]
    items = remove(TEAM, *many, toRecycleBin=False)
    same(len(items), 50, "fifty at once")
    check(all(it.success and not it.async_ for it in items.values()), "all at once")
    api.refused("paramError.dentryIds", 400, "DeleteDentries", TEAM,
                dentryIds=[str(n) for n in range(1, 52)])
    items = remove(TEAM, many[0], ids["/Clash/Full"], ids["/Sealed.txt"], toRecycleBin=True)
    same(items[many[0]].error_code, "dentryNotExist", "what is gone")
    same(items[ids["/Sealed.txt"]].error_code, "permissionDenied", "what is sealed")
    full = items[ids["/Clash/Full"]]
    same((full.async_, full.success, full.error_code), (True, None, None), "a full folder")
    same(api.finished(full.task_id)[-1].status, "SUCCESS", "its task")
    check("/Clash/Full" not in emulator.ids(), "it is gone")
    stays = emulator.ids(PLAIN)["/Stays.txt"]
    api.refused("recycleBinNotSupportForSpace", 400, "DeleteDentries", PLAIN,
                dentryIds=[stays], option={"toRecycleBin": True})
    check(remove(PLAIN, stays)[stays].success, "for good it goes from any space")
    api.refused("taskNotExist", 404, "GetTask", "77")
    api.refused("paramError.taskId", 400, "GetTask", "word")


def single_calls(emulator, api):
    ids = emulator.ids()
    to = {"targetSpaceId": TEAM, "targetFolderId": ids["/Empty"]}
    body = api.call("CopyDentry", TEAM, ids["/Welcome.txt"], **to)
    same((body.async_, body.task_id), (False, None), "a quick copy")
    same((body.dentry.name, body.dentry.parent_id), ("Welcome.txt", ids["/Empty"]), "its entry")
    option = {"conflictStrategy": "AUTO_RENAME", "presevePermissions": True}
    moved = api.call("MoveDentry", TEAM, body.dentry.id, targetSpaceId=TEAM, targetFolderId="0",
                     option=option)
    same((moved.dentry.id, moved.dentry.name), (body.dentry.id, "Welcome(1).txt"), "a quick move")
    body = api.call("CopyDentry", TEAM, ids["/Target"], **to)
    check(body.async_ and body.task_id, "a full folder is copied by a task")
    same(body.dentry.name, "Target", "its entry")
    same(api.finished(body.task_id)[-1].status, "SUCCESS", "the task of the copy")
    body = api.call("MoveDentry", TEAM, body.dentry.id, targetSpaceId=PLAIN, targetFolderId="0")
    check(body.async_ and body.task_id, "a full folder is moved by a task")
    same(body.dentry.space_id, PLAIN, "its entry")
    same(api.finished(body.task_id)[-1].status, "SUCCESS", "the task of the move")
    wrong = {"targetSpaceId": TEAM, "targetFolderId": ids["/Empty"]}
    api.refused("dentryNotExist", 404, "CopyDentry", TEAM, "77", **wrong)
    api.refused("permissionDenied", 403, "MoveDentry", TEAM, ids["/Sealed.txt"], **wrong)
    error = {"conflictStrategy": "RETURN_ERROR_IF_EXISTS"}
    api.refused("dentryAlreadyExist", 400, "CopyDentry", TEAM, ids["/Clash/Welcome.txt"],
                targetSpaceId=TEAM, targetFolderId="0", option=error)
    renamed = api.call("RenameDentry", TEAM, moved.dentry.id, newName="Hello.md").dentry
    same((renamed.id, renamed.name, renamed.extension), (moved.dentry.id, "Hello.md", "md"), "new")
    rename = lambda code, status, dentry, name: api.refused(
        code, status, "RenameDentry", TEAM, dentry, newName=name
    )
    rename("dentryAlreadyExist", 400, moved.dentry.id, "Welcome.txt")
    rename("paramError.name", 400, moved.dentry.id, "a|b")
    rename("paramError.dentryId", 400, "0", "root")
    rename("dentryNotExist", 404, "77", "x")
    body = api.call("DeleteDentry", TEAM, moved.dentry.id, toRecycleBin="true")
    same((body.async_, body.task_id), (False, None), "a quick removal")
    body = api.call("DeleteDentry", TEAM, ids["/Target"], toRecycleBin="false")
    check(body.async_ and body.task_id, "a full folder is removed by a task")
    same(api.finished(body.task_id)[-1].status, "SUCCESS", "the task of the removal")
    api.refused("dentryNotExist", 404, "DeleteDentry", TEAM, moved.dentry.id)
    stays = emulator.ids(PLAIN)["/Photo.png"]
    api.refused("recycleBinNotSupportForSpace", 400, "DeleteDentry", PLAIN, stays,
                toRecycleBin="true")


def recycle_bin(emulator, api):
    scope = {"recycleBinScope": "ORG", "scopeId": CORP}
    found = api.call("GetRecycleBin", **scope).recycle_bin
    same((found.scope, found.scope_id), ("ORG", CORP), "the bin")
    api.refused("recycleBinNotExist", 404, "GetRecycleBin", recycleBinScope="ORG", scopeId="x")
    api.refused("paramError.recycleBinScope", 400, "GetRecycleBin", recycleBinScope="SPACE",
                scopeId=TEAM)
    listed = api.call("ListRecycleItems", found.id).recycle_items
    same([it.original_name for it in listed], ["Hello.md", "Full"], "the newest first")
    item = listed[1]
    same((item.type, item.original_path, item.space_id), ("FOLDER", "/Clash/Full", TEAM), "item")
    check(item.operator_id == "me" and item.operator_time and item.dentry_id, "who and when")
    shown = api.call("GetRecycleItem", found.id, item.id).item
    same((shown.id, shown.original_name), (item.id, "Full"), "one item")
    body = api.call("RestoreRecycleItem", found.id, item.id,
                    option={"conflictStrategy": "RETURN_ERROR_IF_EXISTS"})
    check(body.async_ and body.task_id, "a full folder comes back by a task")
    same(api.finished(body.task_id)[-1].status, "SUCCESS", "the task")
    back = api.call("GetDentry", body.space_id, body.dentry_id).dentry
    same(back.path, "/Clash/Full", "where it came back to")
    same(len(children(api, TEAM, back.id)), 3, "with all that was in it")
    reply = api.call("RestoreRecycleItems", found.id, recycleItemIds=[listed[0].id, "77"])
    items = {it.recycle_item_id: it for it in reply.result_items}
    done, gone = items[listed[0].id], items["77"]
    same((done.async_, done.success, done.recycle_bin_id), (False, True, found.id), "the file")
    check(done.dentry_id and done.space_id, "its ids")
    same((gone.success, gone.error_code), (False, "recycleItemNotExist"), "the missing one")
    api.refused("paramError.recycleItemIds", 400, "RestoreRecycleItems", found.id,
                recycleItemIds=["1"] * 31)
    api.refused("paramError.recycleItemIds", 400, "DeleteRecycleItems", found.id,
                recycleItemIds=["1"] * 51)
    for n in range(4):
        made = api.call("AddFolder", TEAM, "0", name=f"Waste {n}").dentry
        api.call("DeleteDentry", TEAM, made.id, toRecycleBin="true")
    page = api.call("ListRecycleItems", found.id, maxResults=3)
    same((len(page.recycle_items), bool(page.next_token)), (3, True), "a page of the bin")
    rest = api.call("ListRecycleItems", found.id, maxResults=3, nextToken=page.next_token)
    same((len(rest.recycle_items), bool(rest.next_token)), (1, False), "the last page")
    waste = [it.id for it in page.recycle_items]
    check(api.call("DeleteRecycleItem", found.id, waste[0]).success, "one is gone for good")
    check(api.call("DeleteRecycleItems", found.id, recycleItemIds=waste[1:]).success, "and two")
    api.refused("recycleItemNotExist", 404, "GetRecycleItem", found.id, waste[0])
    check(api.call("ClearRecycleBin", found.id).success, "the bin is cleared")
    same(api.call("ListRecycleItems", found.id).recycle_items, [], "and empty")
    api.refused("recycleBinNotExist", 404, "ListRecycleItems", "77")


def properties(emulator, api):
    file = emulator.ids()["/Welcome.txt"]
    entry = lambda name, value="v", visibility="PUBLIC": {
        "name": name, "value": value, "visibility": visibility
    }
    put = lambda *entries: api.call("UpdateDentryAppProperties", TEAM, file,
                                    appProperties=list(entries))
    check(put(entry("hash", "1"), entry("run", "2", "PRIVATE")).success, "two properties")
    check(put(entry("hash", "3")).success, "one of them anew")

    def seen():
        dentry = api.call("GetDentry", TEAM, file).dentry
        found = [it for owned in dentry.app_properties.values() for it in owned]
        return {it.name: (it.value, it.visibility) for it in found}

    same(seen(), {"hash": ("3", "PUBLIC"), "run": ("2", "PRIVATE")}, "what is attached")
    api.refused("dentryAppPropertiesNumberExceedsLimit", 400, "UpdateDentryAppProperties", TEAM,
                file, appProperties=[entry(f"p{n}") for n in range(4)])
    removed = api.call("DeleteDentryAppProperties", TEAM, file, propertyNames=["run"])
    check(removed.success, "one is taken off")
    same(seen(), {"hash": ("3", "PUBLIC")}, "what is left")
    api.refused("dentryNotExist", 404, "UpdateDentryAppProperties", TEAM, "77",
                appProperties=[entry("x")])


def put(info, content, **extra):
    """Sends bytes as the vendor tells: with exactly the given headers, and no type."""
    signed = info.header_signature_info
    url = urllib.parse.urlsplit(signed.resource_urls[0])
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("PUT", url.path, body=content, headers={**signed.headers, **extra})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    counts["calls"] += 1
    return reply.status, text


def uploads(emulator, api):
    folder = emulator.ids()["/Empty"]
    option = {"storageDriver": "DINGTALK", "preCheckParam": {"size": 5, "name": "Up.txt",
                                                             "parentId": folder}}
    info = lambda: api.call("GetFileUploadInfo", TEAM, protocol="HEADER_SIGNATURE",
                            multipart=False, option=option)
    first = info()
    same((first.protocol, first.storage_driver), ("HEADER_SIGNATURE", "DINGTALK"), "the upload")
    check(first.header_signature_info.expiration_seconds >= 900, "its life")
    status, text = put(first, b"12345", **{"Content-Type": "text/plain"})
    check(status == 403 and "SignatureDoesNotMatch" in text, "a type spoils the signature")
    same(put(first, b"12345"), (200, ""), "the bytes")
    commit = lambda key, **more: api.call(
        "CommitFile", TEAM, uploadKey=key, name="Up.txt", parentId=folder, **more
    ).dentry
    made = commit(first.upload_key, option={"size": 5})
    same((made.name, made.size, made.version), ("Up.txt", 5, 1), "the file")
    same(made.path, "/Empty/Up.txt", "where it is")
    again = {"uploadKey": first.upload_key, "name": "Up.txt", "parentId": folder}
    api.refused("paramError.uploadKey", 400, "CommitFile", TEAM, **again)

    def sent(content):
        fresh = info()
        same(put(fresh, content)[0], 200, "bytes")
        return fresh.upload_key

    wrong = {"uploadKey": sent(b"123"), "name": "X.txt", "parentId": folder}
    api.refused("dentryStoreError", 400, "CommitFile", TEAM, **wrong, option={"size": 4})
    same(commit(sent(b"1")).name, "Up(1).txt", "a second file of that name")
    over = commit(sent(b"1234567"), option={"conflictStrategy": "OVERWRITE"})
    same((over.id, over.size, over.version), (made.id, 7, 2), "a new version")
    clash = {**wrong, "uploadKey": sent(b"1"), "name": "Up.txt"}
    api.refused("dentryAlreadyExist", 400, "CommitFile", TEAM, **clash,
                option={"conflictStrategy": "RETURN_ERROR_IF_EXISTS"})
    illegal = {**wrong, "name": "a|b"}
    api.refused("dentryNameIllegal", 400, "CommitFile", TEAM, **illegal)
    named = commit(sent(b"12"), overwriteDentryId=made.id)
    same((named.id, named.version), (made.id, 3), "overwritten by its id")
    api.refused("paramError.protocol", 400, "GetFileUploadInfo", TEAM, protocol="X")
    quota = {"preCheckParam": {"size": 1_000_000, "name": "Big"}}
    api.refused("spaceQuotaInsufficient", 400, "GetFileUploadInfo", TEAM,
                protocol="HEADER_SIGNATURE", option=quota)
    # The newer pair names the folder by its uuid.
    uuid = api.call("GetDentry", TEAM, folder).dentry.uuid
    newer = api.call("GetFileUploadInfo", uuid, version=2, protocol="HEADER_SIGNATURE",
                     option={"preCheckParam": {"size": 4, "name": "New.txt"}})
    same(put(newer, b"1234")[0], 200, "the bytes of the newer call")
    body = {"uploadKey": newer.upload_key, "name": "New.txt"}
    made = api.call("CommitFile", uuid, version=2, **body, option={"size": 4}).dentry
    same((made.name, made.size, made.category), ("New.txt", 4, "DOCUMENT"), "the newer file")
    same(made.parent_id, folder, "its folder")
    fresh = api.call("GetFileUploadInfo", uuid, version=2, protocol="HEADER_SIGNATURE")
    put(fresh, b"1")
    body = {"uploadKey": fresh.upload_key, "name": "New.txt",
            "option": {"conflictStrategy": "RETURN_ERROR_IF_EXISTS"}}
    api.refused("dentryNameConflict", 400, "CommitFile", uuid, version=2, **body)
    body["name"] = "a|b"
    api.refused("paramError.name", 400, "CommitFile", uuid, version=2, **body)


def versions(emulator, api):
    file = emulator.ids()["/Empty/Up.txt"]
    listed = api.call("ListDentryVersions", TEAM, file, maxResults=2)
    same([it.version for it in listed.dentries], [3, 2], "the newest versions first")
    rest = api.call("ListDentryVersions", TEAM, file, maxResults=2, nextToken=listed.next_token)
    same([(it.version, it.size) for it in rest.dentries], [(1, 5)], "the first version")
    check(not rest.next_token, "there are no more")
    check(api.call("RevertDentryVersion", TEAM, file, "1").success, "back to the first")
    now = api.call("GetDentry", TEAM, file).dentry
    same((now.version, now.size), (4, 5), "which is a version of its own")
    api.refused("paramError.maxResults", 400, "ListDentryVersions", TEAM, file, maxResults=101)
    api.refused("dentryNotExist", 404, "ListDentryVersions", TEAM, "77")


def mapping(emulator, api):
    file = emulator.ids()["/Welcome.txt"]
    found = api.call("GetUuidByDentryId", file, version="doc", spaceId=TEAM)
    same((found.dentry_id, found.space_id), (file, TEAM), "from an id")
    back = api.call("GetDentryIdByUuid", found.dentry_uuid, version="doc")
    same((back.dentry_id, back.space_id), (file, TEAM), "and back")
    api.refused("documentNotExist", 404, "GetDentryIdByUuid", "nothing", version="doc")
    api.refused("documentNotExist", 404, "GetUuidByDentryId", "77", version="doc", spaceId=TEAM)


def rights(emulator, api):
    editor = Api(emulator, "editor")
    file = emulator.ids()["/Welcome.txt"]
    to = {"targetSpaceId": TEAM, "targetFolderId": "0"}
    check(editor.call("GetDentry", TEAM, file).dentry, "an editor may look")
    check(editor.call("AddFolder", TEAM, "0", name="Of the editor").dentry, "and add")
    refused = lambda name, *path, **wire: editor.refused("permissionDenied", 403, name, *path, **wire)
    refused("RenameDentry", TEAM, file, newName="x")
    refused("CopyDentry", TEAM, file, **to)
    refused("MoveDentry", TEAM, file, **to)
    refused("DeleteDentry", TEAM, file)
    refused("CopyDentries", TEAM, dentryIds=[file], **to)
    refused("MoveDentries", TEAM, dentryIds=[file], **to)
    refused("DeleteDentries", TEAM, dentryIds=[file])
    stranger = Api(emulator, "stranger")
    stranger.refused("permissionDenied", 403, "ListDentries", TEAM, parentId="0")


def faults(emulator, api):
    def with_fault(kind, route="addFolder"):
        emulator.ask("faults", f"rules: [{{route: {route}, nth: 1, kind: {kind}}}]")

    cases = [
        ("qps", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 403, False),
        ("qps-api", "Forbidden.AccessDenied.QpsLimitForApi", 403, False),
        ("qpm", "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", 403, False),
        ("monthly-quota", "Forbidden.AccessDenied.ApiCountLimitForOrg", 403, False),
        ("concurrent", "operationConcurrentControl", 400, False),
        ("timeout-before", "operationTimeout", 503, False),
        ("timeout-after", "operationTimeout", 503, True),
        ("system-error-before", "systemError", 500, False),
        ("system-error-after", "systemError", 500, True),
    ]
    for kind, code, status, effect in cases:
        with_fault(kind)
        api.refused(code, status, "AddFolder", TEAM, "0", name=f"Fault {kind}")
        same(f"/Fault {kind}" in emulator.ids(), effect, f"the effect of {kind}")
        same(emulator.log()[-1]["effect"], effect, f"what the log says of {kind}")
    for kind, effect in (("cut-before", False), ("cut-after", True)):
        with_fault(kind)
        try:
            api.call("AddFolder", TEAM, "0", name=f"Fault {kind}")
        except Exception as error:  # The client has many names for a lost connection.
            check("without response" in str(error), f"{kind} ended the connection: {error}")
        else:
            raise AssertionError(f"{kind} was not felt")
        same(f"/Fault {kind}" in emulator.ids(), effect, f"the effect of {kind}")
    with_fault("token-expiry")
    api.refused("InvalidAuthentication", 400, "AddFolder", TEAM, "0", name="Late")
    api.token = api.access_token().access_token
    with_fault("lost-token", "list")
    page = api.call("ListDentries", TEAM, parentId="0", maxResults=1)
    check(not page.next_token, "a page that hides that there are more")
    emulator.ask("faults", "rules: []")


def everything_was_called(emulator):
    """The names of all calls, as the program's refusal of a wrong fault lists them."""
    try:
        emulator.ask("faults", "rules: [{route: none, nth: 1, kind: qps}]")
    except urllib.error.HTTPError as error:
        known = set(error.read().decode().split("there are ", 1)[1].strip().split(", "))
    called = {call["route"] for call in emulator.log()}
    same(known - called, set(), "calls that nothing was sent to")
    check("unknown" not in called, "the client knows no call that the emulator does not")
    return known


def survives_a_restart(program):
    folder = tempfile.TemporaryDirectory()
    state = os.path.join(folder.name, "state.json")
    first = Emulator(program, "--state", state)
    api = Api(first)
    api.call("AddFolder", TEAM, "0", name="Kept")
    before = first.ask("tree")
    first.stop()
    second = Emulator(program, "--state", state)
    same(second.ask("tree"), before, "the drive after a restart")
    again = Api(second)
    same(again.token, api.token, "the token after a restart")
    second.stop()


def limits_and_switches(program):
    emulator = Emulator(
        program, "--qps", "2", "--switch", "copy-limit=30", "--switch", "dates=java",
        "--switch", "last-token=empty", "--switch", "bin-scopes=all",
        "--switch", "missing-source=call", "--switch", "move-id-cross-space=keep",
    )
    api = Api(emulator)
    space = api.call("GetSpace", TEAM).space
    code = ""
    for _ in range(50):  # On a busy machine a second may end between two calls.
        try:
            api.call("GetSpace", TEAM)
        except TeaException as error:
            code = error.code
            break
    same(code, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "more than two calls a second")
    check(space.create_time.endswith(str(2000 + int(space.create_time[-2:]))), "a date of Java")
    check(" CST " in space.create_time, "its zone")
    page = api.call("ListDentries", TEAM, parentId=emulator.ids()["/Empty"])
    same(page.next_token, "", "an empty token at the end")
    to = {"targetSpaceId": PLAIN, "targetFolderId": "0"}
    many = [str(n) for n in range(1, 31)]
    api.refused("dentryNotExist", 404, "CopyDentries", TEAM, dentryIds=many, **to)
    found = api.call("GetRecycleBin", recycleBinScope="SPACE", scopeId=TEAM).recycle_bin
    same(found.scope, "SPACE", "the bin of a space")
    file = emulator.ids()["/Welcome.txt"]
    (item,) = api.call("MoveDentries", TEAM, dentryIds=[file], **to).result_items
    same(item.target_dentry_id, file, "an id that stays across spaces")
    emulator.stop()


def main():
    program = sys.argv[1]
    emulator = Emulator(program)
    api = Api(emulator)
    parts = [tokens, spaces, listing, querying, folders, batch_copy, batch_move, batch_remove,
             single_calls, recycle_bin, properties, uploads, versions, mapping, rights, faults]
    try:
        for part in parts:
            part(emulator, api)
            print(f"ok  {part.__name__}")
        known = everything_was_called(emulator)
        emulator.stop()
        survives_a_restart(program)
        print("ok  survives_a_restart")
        limits_and_switches(program)
        print("ok  limits_and_switches")
    finally:
        if emulator.process.poll() is None:
            emulator.process.kill()
    print(f"the vendor's client: {len(known)} kinds of calls, {counts['calls']} calls made, "
          f"{counts['checks']} checks")


if __name__ == "__main__":
    main()
