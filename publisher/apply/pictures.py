"""Pictures of native documents, which their text shows by the address that IT Glue gives them.

IT Glue has no list of them, so after an upload whose answer was lost there is nothing to look in:
the next run uploads it again, and what may have come of the first one is shown by no text.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterable

from publisher.apply.desk import Desk, begin
from publisher.errors import OutcomeUnknown, PublisherError, Rejected
from publisher.gather.documents import number_of
from publisher.gather.uploads import with_upload
from publisher.marker import new_attempt
from publisher.targets import IMAGES, File, Intent, Known


async def upload_picture(desk: Desk, known: Known, file: File) -> Known:
    """Upload a picture and bind it.

    Raises:
        OutcomeUnknown: no text shows it, whether it is there or not.
        ITGlueError: certainly not done.
    """
    intent = Intent(known.key, "picture", file.name, new_attempt(), 0, known.document)
    earlier = desk.store.intents().get((known.key, file.name))
    if earlier:
        desk.store.drop(earlier)
    content = base64.b64encode(desk.read(file.path)).decode("ascii")
    attributes = {
        "target": {"type": "document", "id": int(number_of(known.asset_id))},
        "image": {"content": content, "file-name": file.name},
    }
    try:
        made = await desk.itglue.document_images.create(
            attributes, before=functools.partial(begin, desk, intent)
        )
    except OutcomeUnknown:
        raise
    except PublisherError:
        desk.store.drop(intent)
        raise
    url = made.attributes.inline_resource_url or ""
    if not url:
        raise Rejected(422, "POST", "/document_images", ["no inline-resource-url came back"])
    id_ = f"{IMAGES}{made.id}"
    return desk.bind(with_upload(known, file.name, id_, url, file.blob, file.size), intent)


async def delete_pictures(desk: Desk, ids: Iterable[str]) -> None:
    """Delete pictures, as far as they are there."""
    for id_ in ids:
        number = id_.removeprefix(IMAGES)
        try:
            await desk.itglue.document_images.delete(number)
        except (OutcomeUnknown, Rejected):  # done or not; or somebody was quicker
            if await desk.itglue.document_images.get(number) is not None:
                raise
