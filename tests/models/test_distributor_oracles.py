"""Our few lines beside pymcdm and scikit-criteria, at equal normalisation, on random matrices.

Both are the dependency group `oracles`, which `make test` does not install because they bring
pandas and matplotlib. `uv pip install --group oracles` adds them, and these tests run.
"""

from types import ModuleType

import numpy as np
import pytest

from dakehu.analysis.distributor_ranking.judgements import ahp
from dakehu.analysis.distributor_ranking.second_opinions import (
    min_max,
    promethee,
    topsis,
    vector,
    vikor,
)
from dakehu.analysis.distributor_ranking.weights import critic, entropy

TRIALS = 1_000


def cases():
    """Matrices of 3 to 15 distributors by 2 to 8 criteria above zero, weights, directions."""
    random = np.random.default_rng(20)
    for _ in range(TRIALS):
        count, width = random.integers(3, 16), random.integers(2, 9)
        matrix = random.uniform(0.5, 100, (count, width)) * random.choice([0.01, 1, 1000], width)
        yield matrix, random.dirichlet(np.ones(width)), random.random(width) < 0.6


def agree(ours: np.ndarray, theirs: np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.fixture
def pymcdm() -> ModuleType:
    pytest.importorskip("pymcdm.methods")
    pytest.importorskip("pymcdm.weights")
    return pytest.importorskip("pymcdm")


@pytest.fixture
def skcriteria() -> ModuleType:
    pytest.importorskip("skcriteria.agg.topsis")
    pytest.importorskip("skcriteria.agg.vikor")
    pytest.importorskip("skcriteria.preprocessing.weighters")
    return pytest.importorskip("skcriteria")


def by_vector(matrix, weights, rises):
    scaled = vector(matrix)
    high, low = scaled.max(axis=0), scaled.min(axis=0)
    return topsis(scaled, weights, np.where(rises, high, low), np.where(rises, low, high))


def test_pymcdm_agrees(pymcdm):
    methods, weighters = pymcdm.methods, pymcdm.weights
    for matrix, weights, rises in cases():
        types = np.where(rises, 1, -1)
        scaled = min_max(matrix, rises)
        agree(topsis(scaled, weights), methods.TOPSIS()(matrix, weights, types))
        agree(vikor(scaled, weights).q, methods.VIKOR()(matrix, weights, types))
        flow = methods.PROMETHEE_II("usual")(matrix, weights, types)
        agree(promethee(matrix, weights, rises), flow)
        agree(entropy(matrix), weighters.entropy_weights(matrix))
        rising = min_max(matrix, np.ones(len(rises), bool))
        agree(critic(rising), weighters.critic_weights(matrix))


def test_pymcdm_agrees_on_judgements(pymcdm):
    subjective = pytest.importorskip("pymcdm.weights.subjective")
    random = np.random.default_rng(21)
    for _ in range(TRIALS):
        count = random.integers(3, 10)
        said = random.choice([1, 2, 3, 5, 1 / 3, 1 / 5], (count, count))
        judgements = np.triu(said, 1) + np.tril(1 / said.T, -1) + np.eye(count)
        agree(ahp(judgements).weights, subjective.AHP(matrix=judgements)())


def test_scikit_criteria_agrees(skcriteria):
    agg, weighters = skcriteria.agg, skcriteria.preprocessing.weighters
    for matrix, weights, rises in cases():
        types = np.where(rises, 1, -1)
        _, _, _, closeness = agg.topsis.topsis(vector(matrix), types, weights)
        agree(by_vector(matrix, weights, rises), closeness)
        found = vikor(min_max(matrix, rises), weights)
        data = skcriteria.mkdm(matrix, types, weights=weights)
        theirs = agg.vikor.VIKOR().evaluate(data).extra_
        for name in "srq":
            agree(getattr(found, name), theirs[f"{name}_k"])
        assert set(found.compromise) == set(theirs["compromise_set"])
        agree(entropy(matrix), weighters.entropy_weights(matrix))
        agree(critic(min_max(matrix, rises)), weighters.critic_weights(matrix, types))
