"""A posting as schema.org ``JobPosting``, which search engines read from the page."""

from typing import Any

from django.utils.html import escape

from apps.careers.models import Posting
from apps.common.money import CURRENCY

_EMPLOYMENT = {"full_time": "FULL_TIME", "shift": "FULL_TIME", "part_time": "PART_TIME", "internship": "INTERN"}
_EDUCATION = {
    "vocational": "professional certificate",
    "college": "associate degree",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
}


def document(posting: Posting, url: str) -> dict[str, Any]:
    """The vocabulary's properties; pay in yuan a month."""
    listed = "".join(f"<li>{escape(line)}</li>" for line in posting.requirements)
    text = "".join(f"<p>{escape(part)}</p>" for part in posting.paragraphs)
    found: dict[str, Any] = {
        "@type": "JobPosting",
        "title": posting.title,
        "description": f"{text}<ul>{listed}</ul>",
        "identifier": {"@type": "PropertyValue", "name": "Kaiche", "value": posting.slug},
        "datePosted": posting.published_at.date().isoformat() if posting.published_at else None,
        "validThrough": posting.closes_at.isoformat() if posting.closes_at else None,
        "employmentType": _EMPLOYMENT[posting.kind],
        "totalJobOpenings": posting.headcount,
        "hiringOrganization": {"@type": "Organization", "name": "Kaiche"},
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": posting.city_name, "addressCountry": "CN"},
        },
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": CURRENCY,
            "value": {
                "@type": "QuantitativeValue",
                "minValue": posting.salary_min * 1000,
                "maxValue": posting.salary_max * 1000,
                "unitText": "MONTH",
            },
        },
        "directApply": True,
        "url": url,
    }
    if posting.education in _EDUCATION:
        found["educationRequirements"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": _EDUCATION[posting.education],
        }
    if posting.experience_years:
        found["experienceRequirements"] = {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": posting.experience_years * 12,
        }
    return found
