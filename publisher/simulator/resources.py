"""What the API offers, as data: every simulated resource.

Drawn from IT Glue's API documentation as its published clients carry it. A resource that needs more
than data (traits, sections, uploads) has a `publisher.simulator.behaviour.Behaviour` beside this.
"""

from __future__ import annotations

from collections.abc import Mapping

from publisher.simulator.resource import Resource, describe
from publisher.simulator.values import words

ATTACHABLE = words("configurations contacts documents domains flexible_assets locations passwords")
RELATABLE = [*ATTACHABLE, "document_folders"]


_FLAGS = {"restricted": False, "my-glue": False, "archived": False}
_TIMES = "created-at updated-at"
_SORTS = "name id created-at updated-at"
_ACCESS = "user_resource_accesses group_resource_accesses"
_RECORD = f"adapters_resources attachments passwords {_ACCESS}"
_SHOW = "recent_versions related_items authorized_users"
_PSA = "psa-id psa-integration-type"
_ORG = "organization-id organization-name"


def _list(name: str, extra: str = "", top: str = "GET POST | GET PATCH") -> Resource:
    """One of the short lists that other records choose from."""
    return describe(
        name,
        f"name {extra}",
        top,
        required="name",
        filters="name",
        sorts=_SORTS,
        logged=False,
    )


_READ = "GET | GET"
_ALL = [
    describe(
        "organizations",
        "organization-type-id organization-type-name organization-status-id"
        " organization-status-name name alert description primary logo quick-notes short-name"
        " my-glue",
        "GET POST PATCH DELETE | GET PATCH",
        read_only="my-glue",
        required="name",
        references="organization-type-id=organization_types"
        " organization-status-id=organization_statuses",
        defaults={"primary": False, "my-glue": False},
        filters="id name organization-type-id organization-status-id created-at.. updated-at.."
        f" my-glue-account-id {_PSA} group-id primary",
        sorts=f"{_SORTS} organization-status-name organization-type-name short-name"
        " my-glue-account-id",
        includes="adapters_resources attachments rmm_companies",
        url="/{id}",
        html="quick-notes",
    ),
    _list("organization_types"),
    _list("organization_statuses"),
    _list("contact_types"),
    _list("configuration_types"),
    _list("configuration_statuses"),
    _list("password_categories"),
    _list("manufacturers"),
    _list("platforms", top=_READ),
    describe(
        "operating_systems",
        "name platform-id platform-name",
        _READ,
        references="platform-id=platforms",
        filters="name",
        sorts=_SORTS,
        logged=False,
    ),
    describe("countries", "name iso", _READ, filters="name iso", sorts=_SORTS, logged=False),
    describe(
        "regions",
        "name iso country-id country-name",
        _READ,
        references="country-id=countries",
        filters="name iso country-id",
        sorts=_SORTS,
        nested={"countries": "GET |"},
        logged=False,
    ),
    describe(
        "models",
        "name manufacturer-id manufacturer-name",
        "GET POST PATCH | GET PATCH",
        required="name",
        references="manufacturer-id=manufacturers",
        filters="id",
        sorts=f"{_SORTS} manufacturer-id",
        nested={"manufacturers": "GET POST PATCH | GET PATCH"},
        logged=False,
    ),
    describe(
        "flexible_asset_types",
        "name description icon enabled show-in-menu",
        "GET POST | GET PATCH",
        required="name",
        defaults={"enabled": True, "show-in-menu": True},
        filters="id name icon enabled",
        sorts=_SORTS,
        includes="flexible_asset_fields",
    ),
    describe(
        "flexible_asset_fields",
        "order name kind hint decimals tag-type required use-for-title expiration show-in-list"
        " name-key flexible-asset-type-id default-value",
        "POST PATCH | GET PATCH DELETE",
        read_only="name-key flexible-asset-type-id",
        required="name kind",
        defaults={"required": False, "use-for-title": False, "expiration": False}
        | {"show-in-list": False},
        filters="id",
        sorts=_TIMES,
        includes="remote_asset_field",
        nested={"flexible_asset_types": "GET POST | GET PATCH DELETE"},
    ),
    describe(
        "flexible_assets",
        f"{_ORG} resource-url restricted my-glue flexible-asset-type-id flexible-asset-type-name"
        " name traits archived",
        "GET POST PATCH DELETE | GET PATCH DELETE",
        write="organization-id flexible-asset-type-id traits restricted archived",
        required="organization-id flexible-asset-type-id",
        references="flexible-asset-type-id=flexible_asset_types",
        defaults=_FLAGS,
        filters="flexible-asset-type-id name organization-id id",
        sorts="name created-at updated-at id",
        includes=f"{_RECORD} distinct_remote_assets",
        show=_SHOW,
        url="/{organization-id}/assets/{flexible-asset-type-id}/records/{id}",
        nested={"organizations": "POST |"},
        versioned=True,
    ),
    describe(
        "attachments",
        "name attachment-file-name attachment-content-type attachment-file-size ext viewable"
        " download-url",
        write="name",
        nested=dict.fromkeys(ATTACHABLE, "GET POST DELETE | GET PATCH"),
    ),
    describe(
        "related_items",
        "destination-id destination-name destination-type notes",
        write="destination-id destination-type notes",
        required="destination-id destination-type",
        nested=dict.fromkeys(RELATABLE, "POST DELETE | PATCH"),
    ),
    describe(
        "documents",
        f"{_ORG} resource-url name restricted my-glue public published published-at draft archived"
        " document-folder-id content",
        "POST PATCH DELETE | GET PATCH",
        write="organization-id name restricted public archived document-folder-id",
        required="organization-id name",
        defaults=_FLAGS | {"public": False, "published": False, "draft": True},
        filters="document-folder-id! name!",
        sorts=_SORTS,
        show=f"attachments {_SHOW}",
        url="/{organization-id}/docs/{id}",
        nested={"organizations": "GET POST DELETE | GET PATCH"},
        versioned=True,
    ),
    describe(
        "document_sections",
        "document-id resource-id resource-type sort content rendered-content level duration"
        " reset-count document-gallery-id",
        write="resource-type sort content level duration reset-count",
        filters="id resource-type document-id",
        sorts="sort id created-at updated-at",
        nested={"documents": "GET POST | GET PATCH DELETE"},
        logged=False,
    ),
    describe(
        "document_images",
        "name size document-id document-gallery-id target original-src slim-src thumbnail-src"
        " inline-resource-url",
        "POST | GET DELETE",
        write="target image",
        logged=False,
    ),
    describe(
        "document_folders",
        f"{_ORG} resource-url name parent-id ancestor-ids documents-count restricted",
        "PATCH |",
        read_only="ancestor-ids documents-count",
        required="organization-id name",
        defaults={"restricted": False},
        filters="id parent-id! name!",
        sorts="name created-at updated-at",
        includes=_ACCESS,
        show="authorized_users ancestors",
        url="/{organization-id}/documents/folder/{id}",
        nested={"organizations": "GET POST DELETE | GET PATCH"},
    ),
    describe(
        "configurations",
        f"{_ORG} organization-short-name resource-url name hostname primary-ip mac-address"
        " default-gateway serial-number asset-tag position installed-by purchased-by notes"
        " operating-system-notes warranty-expires-at installed-at purchased-at"
        " configuration-type-id configuration-type-name configuration-type-kind"
        " configuration-status-id configuration-status-name manufacturer-id manufacturer-name"
        " model-id model-name operating-system-id operating-system-name location-id location-name"
        " contact-id contact-name restricted archived my-glue",
        "GET POST PATCH DELETE | GET PATCH",
        read_only="my-glue configuration-type-kind organization-short-name",
        required="name organization-id configuration-type-id",
        references="configuration-type-id=configuration_types"
        " configuration-status-id=configuration_statuses manufacturer-id=manufacturers"
        " model-id=models operating-system-id=operating_systems location-id=locations"
        " contact-id=contacts",
        defaults=_FLAGS,
        filters="id name~ organization-id configuration-type-id configuration-status-id contact-id"
        f" serial-number mac-address asset-tag {_PSA} rmm-id rmm-integration-type archived",
        sorts=_SORTS,
        includes=f"{_RECORD} configuration_interfaces rmm_records tickets"
        " from_configuration_connections to_configuration_connections",
        show=_SHOW,
        url="/{organization-id}/configurations/{id}",
        nested={"organizations": "GET POST DELETE | GET PATCH"},
        versioned=True,
    ),
    describe(
        "configuration_interfaces",
        "name ip-address mac-address primary notes port configuration-id",
        "POST PATCH | GET PATCH",
        references="configuration-id=configurations",
        defaults={"primary": False},
        filters="id ip-address",
        sorts=_TIMES,
        nested={"configurations": "GET POST | GET PATCH"},
    ),
    describe(
        "contacts",
        f"{_ORG} resource-url name first-name last-name title contact-type-id contact-type-name"
        " location-id location-name important notes contact-emails contact-phones restricted"
        " my-glue",
        "GET POST PATCH DELETE | GET PATCH",
        read_only="name my-glue",
        required="organization-id first-name",
        references="contact-type-id=contact_types location-id=locations",
        defaults={"restricted": False, "my-glue": False},
        filters="id first-name last-name title contact-type-id important primary-email"
        f" organization-id {_PSA}",
        sorts="first-name last-name id created-at updated-at",
        includes=f"{_RECORD} distinct_remote_contacts location resource_fields tickets",
        show=_SHOW,
        url="/{organization-id}/contacts/{id}",
        nested={"organizations": "GET POST DELETE | GET PATCH"},
        versioned=True,
    ),
    describe(
        "locations",
        f"{_ORG} resource-url name primary address-1 address-2 city postal-code region-id"
        " region-name country-id country-name phone fax formatted-phone formatted-fax notes"
        " restricted my-glue",
        "GET POST PATCH DELETE | GET PATCH",
        read_only="formatted-phone formatted-fax my-glue",
        required="organization-id name",
        references="region-id=regions country-id=countries",
        defaults={"primary": False, "restricted": False, "my-glue": False},
        filters=f"id name~ city region-id country-id organization-id {_PSA}",
        sorts=_SORTS,
        includes=_RECORD,
        show=_SHOW,
        url="/{organization-id}/locations/{id}",
        nested={"organizations": "GET POST | GET PATCH DELETE"},
        versioned=True,
    ),
    describe(
        "passwords",
        f"{_ORG} resource-url restricted my-glue name autofill-selectors username url notes"
        " password-updated-at updated-by updated-by-type resource-id resource-type"
        " cached-resource-type-name cached-resource-name parent-url password-category-id"
        " password-category-name password-folder-id otp-enabled vault-id archived password",
        "GET POST PATCH DELETE | GET PATCH DELETE",
        write="organization-id restricted name autofill-selectors username url notes resource-id"
        " resource-type password-category-id password-folder-id archived password",
        required="organization-id name",
        references="password-category-id=password_categories",
        defaults=_FLAGS | {"otp-enabled": False},
        filters="id name~ organization-id password-category-id url cached-resource-name archived",
        sorts=f"{_SORTS} username url",
        includes=f"attachments {_ACCESS} network_glue_networks rotatable_password updater",
        show=_SHOW,
        url="/{organization-id}/passwords/{id}",
        nested={"organizations": "GET POST | GET PATCH DELETE"},
        versioned=True,
    ),
    describe(
        "password_folders",
        f"{_ORG} resource-url name parent-id ancestor-ids passwords-count restricted",
        "GET PATCH |",
        read_only="ancestor-ids passwords-count",
        required="organization-id name",
        defaults={"restricted": False},
        filters="id organization-id",
        sorts=_TIMES,
        includes=_ACCESS,
        show="authorized_users ancestors",
        url="/{organization-id}/passwords/folder/{id}",
        nested={"organizations": "GET POST DELETE | GET PATCH"},
    ),
    describe(
        "users",
        "first-name last-name name role-name email avatar invitation-sent-at"
        " invitation-accepted-at current-sign-in-at current-sign-in-ip last-sign-in-at"
        " last-sign-in-ip reputation my-glue my-glue-account-id salesforce-id",
        "GET | GET PATCH",
        write="first-name last-name avatar",
        defaults={"my-glue": False, "role-name": "Administrator"},
        filters="id name~ email role-name salesforce-id",
        sorts="name email reputation id created-at updated-at",
    ),
    describe(
        "groups",
        "name description hide-from-my-glue",
        "GET POST PATCH | GET PATCH DELETE",
        required="name",
        defaults={"hide-from-my-glue": False},
        filters="name",
        sorts="name created-at updated-at",
        includes="users organizations resource_type_restrictions my_glue_account",
    ),
    describe(
        "domains",
        f"{_ORG} resource-url name screenshot registrar-name notes expires-on",
        "GET |",
        filters="id organization-id",
        sorts=_TIMES,
        includes=f"passwords attachments {_ACCESS}",
        url="/{organization-id}/domains/{id}",
        nested={"organizations": "GET |"},
    ),
    describe(
        "expirations",
        f"{_ORG} resource-url description expiration-date resource-id resource-type"
        " resource-type-name resource-name",
        _READ,
        filters="id resource-id resource-name resource-type-name description expiration-date.."
        " organization-id",
        sorts="id organization-id expiration-date created-at updated-at",
        url="/{organization-id}/expirations/{id}",
        nested={"organizations": _READ},
        logged=False,
    ),
    describe(
        "logs",
        f"{_ORG} action resource-id resource-type resource-name member-name",
        "GET |",
        filters="created-at..",
        sorts="created-at",
        logged=False,
    ),
]

RESOURCES: Mapping[str, Resource] = {resource.name: resource for resource in _ALL}
SEGMENTS: Mapping[str, str] = {"sections": "document_sections"}
"""Path segments below ``relationships`` that are not the resource's own name."""
