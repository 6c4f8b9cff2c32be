"""What programs do with openstacksdk: its block storage proxy, and the cloud layer, which is what Ansible's modules call.

Credentials are in the environment, as OpenStack's clients have them. Ends with 0 if all is as it should be.
"""

import openstack
from openstack import exceptions


def check(what, seen, wanted):
    if seen != wanted:
        raise SystemExit(f"{what}: {seen!r}, not {wanted!r}")


def refusal(call):
    try:
        call()
    except exceptions.HttpException as refused:
        return refused.status_code, refused.details
    raise SystemExit("it was not refused")


def available(storage, thing):
    return storage.wait_for_status(thing, status="available", failures=["error"], interval=0.1, wait=60)


def gone(storage, thing):
    storage.wait_for_delete(thing, interval=0.1, wait=60)


def volumes(storage):
    made = storage.create_volume(size=1, name="sdk", description="d", metadata={"k": "v"})
    volume = available(storage, made)
    check("size", (volume.size, volume.description), (1, "d"))
    check("metadata", storage.get_volume_metadata(volume).metadata, {"k": "v"})
    storage.set_volume_metadata(volume, other="w")
    storage.delete_volume_metadata(storage.get_volume(volume.id), ["k"])
    check("metadata", storage.get_volume_metadata(volume).metadata, {"other": "w"})
    check("found", storage.find_volume("sdk").id, volume.id)
    check("not found", storage.find_volume("nobody"), None)
    storage.extend_volume(volume, 2)
    storage.set_volume_bootable_status(volume, True)
    storage.set_volume_readonly(volume, True)
    storage.set_volume_readonly(volume, False)
    storage.reserve_volume(volume)
    check("reserved", storage.get_volume(volume.id).status, "attaching")
    storage.unreserve_volume(volume)
    seen = storage.get_volume(volume.id)
    check("seen", (seen.size, seen.is_bootable, seen.status), (2, True, "available"))
    status, details = refusal(lambda: storage.extend_volume(volume, 1))
    check("shrinking", (status, "must be greater than current size" in details), (400, True))
    check("none", refusal(lambda: storage.get_volume("1" * 32))[0], 404)
    return seen


def pages(storage):
    made = sorted(storage.create_volume(size=1, name=f"page-{i}").id for i in range(5))
    paged = [volume for volume in storage.volumes(limit=2) if volume.name.startswith("page-")]
    check("pages", sorted(volume.id for volume in paged), made)
    check("by name", len(list(storage.volumes(name="page-3"))), 1)
    check("brief", len(list(storage.volumes(details=False, limit=3))), 6)
    for volume in paged:
        storage.delete_volume(volume)
        gone(storage, volume)


def snapshots(storage, volume):
    snapshot = available(storage, storage.create_snapshot(volume_id=volume.id, name="snap"))
    check("found", storage.find_snapshot("snap").id, snapshot.id)
    check("listed", [it.id for it in storage.snapshots(volume_id=volume.id)], [snapshot.id])
    storage.update_snapshot(snapshot, description="described")
    check("described", storage.get_snapshot(snapshot.id).description, "described")
    storage.set_snapshot_metadata(snapshot, k="v")
    check("metadata", storage.get_snapshot_metadata(snapshot).metadata, {"k": "v"})
    storage.reset_snapshot(snapshot, "available")
    clone = storage.create_volume(snapshot_id=snapshot.id, size=3, name="of snapshot")
    clone = available(storage, clone)
    check("clone", (clone.snapshot_id, clone.size), (snapshot.id, 3))
    storage.delete_volume(clone)
    gone(storage, clone)
    return snapshot


def backups(storage, volume):
    full = available(storage, storage.create_backup(volume_id=volume.id, name="full"))
    second = storage.create_backup(volume_id=volume.id, name="second", is_incremental=True)
    second = available(storage, second)
    check("listed", sorted(it.name for it in storage.backups()), ["full", "second"])
    check("found", storage.find_backup("second").id, second.id)
    storage.restore_backup(second, name="restored")
    found = available(storage, storage.find_volume("restored", details=True))
    check("restored", found.size, volume.size)
    storage.delete_volume(found)
    for backup in (second, full):
        storage.delete_backup(backup)
        gone(storage, backup)


def administration(storage, cloud):
    made = storage.create_type(name="fast", description="d")
    storage.update_type_extra_specs(made, a="b", c="d")
    storage.delete_type_extra_specs(made, ["a"])
    check("specs", storage.find_type("fast").extra_specs, {"c": "d"})
    storage.update_type(made, description="other")
    check("type", storage.get_type(made.id).description, "other")
    storage.delete_type(made)
    project = cloud.current_project_id
    before = cloud.get_volume_quotas(project).volumes
    cloud.set_volume_quotas(project, volumes=before + 1)
    check("quota", cloud.get_volume_quotas(project).volumes, before + 1)
    check("limits", storage.get_limits().absolute.max_total_volumes, before + 1)
    cloud.delete_volume_quotas(project)
    check("zones", [zone.name for zone in storage.availability_zones()], ["nova"])
    check("pools", len(list(storage.backend_pools())), 1)
    check("extensions", "os-volume-transfer" in {it.alias for it in storage.extensions()}, True)


def cloud_layer(cloud):
    """As Ansible's modules volume, volume_snapshot and volume_backup do it."""
    check("absent", cloud.get_volume("ansible"), None)
    volume = cloud.create_volume(size=1, name="ansible", wait=True, timeout=60)
    check("there", cloud.volume_exists("ansible"), True)
    check("listed", [it.id for it in cloud.list_volumes() if it.name == "ansible"], [volume.id])
    cloud.set_volume_bootable("ansible")
    snapshot = cloud.create_volume_snapshot(volume.id, name="ansible-s", wait=True, timeout=60)
    check("snapshot", cloud.get_volume_snapshot("ansible-s").id, snapshot.id)
    backup = cloud.create_volume_backup(volume.id, name="ansible-b", wait=True, timeout=60)
    check("backup", cloud.get_volume_backup("ansible-b").id, backup.id)
    check("backup gone", cloud.delete_volume_backup("ansible-b", wait=True, timeout=60), True)
    check("snapshot gone", cloud.delete_volume_snapshot("ansible-s", wait=True, timeout=60), True)
    check("volume gone", cloud.delete_volume("ansible", wait=True, timeout=60), True)
    check("once more", cloud.delete_volume("ansible"), False)


def main():
    cloud = openstack.connect()
    storage = cloud.block_storage
    volume = volumes(storage)
    pages(storage)
    snapshot = snapshots(storage, volume)
    backups(storage, volume)
    storage.delete_volume(volume)
    gone(storage, volume)
    check("stays", storage.get_snapshot(snapshot.id).status, "available")
    storage.delete_snapshot(snapshot)
    gone(storage, snapshot)
    administration(storage, cloud)
    cloud_layer(cloud)
    check("left", [*storage.volumes(), *storage.snapshots(), *storage.backups()], [])


main()
