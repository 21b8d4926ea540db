"""The mistakes that the tests of the series must notice, by kind.

Keep to mistakes that somebody could make. If one survives, write a better test; never drop the row.
"""

from planted import checks, data, figures, numbers, sentences, users

BY_KIND = {
    "sentence": sentences.MUTATIONS,
    "check": checks.MUTATIONS,
    "figure": figures.MUTATIONS,
    "number": numbers.MUTATIONS,
    "data": data.MUTATIONS,
    "user": users.MUTATIONS,
}
MUTATIONS = tuple(mutation for mutations in BY_KIND.values() for mutation in mutations)
KINDS = {mutation.name: kind for kind, mutations in BY_KIND.items() for mutation in mutations}
