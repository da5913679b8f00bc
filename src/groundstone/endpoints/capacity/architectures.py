"""What a transformer costs to run: its parameters and the size of its cache, from the dimensions in its config.json."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput, NotFound

CATALOGUE = Path(__file__).with_name("models.toml")
BYTES = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0, "float8_e4m3fn": 1.0, "fp8": 1.0, "int8": 1.0, "int4": 0.5}

# The names that configurations of different families give to the same number, the commonest first.
_NAMES = {
    "hidden": ("hidden_size", "n_embd", "d_model"),
    "layers": ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "inner": ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim"),
    "expert": ("moe_intermediate_size", "intermediate_size"),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "experts_used": ("num_experts_per_tok", "num_experts_per_token"),
    "context": ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length"),
}
_PLAIN_MLP = ("falcon", "RefinedWeb", "RefinedWebModel", "gpt2", "gpt_neox", "opt", "bloom", "gptj", "phi")
_MOST = 10**7  # of any dimension; beyond it is no configuration


@dataclass(frozen=True, slots=True)
class Architecture:
    """The dimensions of a decoder.

    ``inner``: width of the feed-forward layer; ``gated``: it has three matrices instead of two. ``experts`` of which a
    token uses ``experts_used``; 1 for a dense model. ``weight_bytes`` and ``cache_bytes``: of one number.
    """

    name: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    inner: int
    vocabulary: int
    gated: bool = True
    experts: int = 1
    experts_used: int = 1
    tied: bool = False  # the output layer is the embedding again
    context: int = 4096  # tokens at most
    weight_bytes: float = 2.0
    cache_bytes: float = 2.0

    @property
    def parameters(self) -> int:
        """All of them, norms and biases left out (below a thousandth)."""
        return self._always + self.layers * self.experts * self._expert

    @property
    def active_parameters(self) -> int:
        """Those that one token is computed with: fewer than all in a mixture of experts."""
        return self._always + self.layers * self.experts_used * self._expert

    @property
    def weights(self) -> float:
        """Bytes of all parameters."""
        return self.parameters * self.weight_bytes

    @property
    def cache_per_token(self) -> float:
        """Bytes of keys and values of one token: 2 x bytes x layers x key-value heads x size of a head."""
        return 2 * self.cache_bytes * self.layers * self.kv_heads * self.head_size

    def weights_read(self, batch: float) -> float:
        """Bytes of parameters that a step over so many tokens reads: of experts only those that one of them uses."""
        share = 1 - (1 - self.experts_used / self.experts) ** max(batch, 1.0) if self.experts > 1 else 1.0
        return (self._always + share * self.layers * self.experts * self._expert) * self.weight_bytes

    @property
    def _expert(self) -> int:
        return (3 if self.gated else 2) * self.hidden * self.inner

    @property
    def _always(self) -> int:
        attention = 2 * self.hidden * self.head_size * (self.heads + self.kv_heads)
        router = self.hidden * self.experts if self.experts > 1 else 0
        return (1 if self.tied else 2) * self.vocabulary * self.hidden + self.layers * (attention + router)


def from_config(config: Mapping[str, Any], name: str = "") -> Architecture:
    """The architecture that a config.json of Hugging Face's form describes. Raises InvalidInput.

    >>> from_config({"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    ...              "intermediate_size": 11008, "vocab_size": 32000}).cache_per_token
    524288.0
    """
    inside = config.get("text_config")
    if isinstance(inside, Mapping):  # models that also see keep their language model one level down
        config = {**config, **inside}
    hidden, layers, heads = (_whole(config, what) for what in ("hidden", "layers", "heads"))
    family = str(config.get("model_type", ""))
    plain = family in _PLAIN_MLP
    kv_heads = _whole(config, "kv_heads", heads)
    if family in ("falcon", "RefinedWeb", "RefinedWebModel") and not config.get("new_decoder_architecture"):
        kv_heads = 1 if config.get("multi_query", family == "RefinedWebModel") else heads
    experts = _whole(config, "experts", 1)
    bits = _bits(config)
    return Architecture(
        name or str(config.get("_name_or_path", "") or family or "model"),
        hidden, layers, heads, kv_heads,
        head_size=_number(config, "head_dim", hidden // heads),
        inner=_whole(config, "expert" if experts > 1 else "inner", _whole(config, "inner", 4 * hidden)),
        vocabulary=_number(config, "vocab_size", None),
        gated=not plain,
        experts=experts,
        experts_used=min(experts, _whole(config, "experts_used", 1)),
        tied=bool(config.get("tie_word_embeddings", plain)),
        context=_whole(config, "context", 4096),
        weight_bytes=bits,
        cache_bytes=4.0 if bits == BYTES["float32"] else 2.0,  # quantised weights keep a cache of 16 bits
    )  # fmt: skip


def read_config(path: Path) -> Architecture:
    """The same from a file, or from the config.json of a folder. Raises InvalidInput."""
    file = path / "config.json" if path.is_dir() else path
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} is no JSON: {error}") from None
    if not isinstance(config, dict):
        raise InvalidInput(f"{file} is no config.json of a model: it holds no object")
    return from_config(config, path.name if path.is_dir() else path.parent.name or path.stem)


def architecture(name: str) -> Architecture:
    """One of the catalogue, or of a config.json or its folder. Raises NotFound, InvalidInput."""
    known = catalogue()
    if name in known:
        return known[name]
    if (path := Path(name).expanduser()).exists():
        return read_config(path)
    raise NotFound(f"no model {name!r}: give a config.json or its folder, or one of {', '.join(known)}")


@cache
def catalogue() -> Mapping[str, Architecture]:
    """The models that are known without their config.json, by name."""
    data = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {name: from_config(config, name) for name, config in data.items()}


def _whole(config: Mapping[str, Any], what: str, default: int | None = None) -> int:
    found = next((key for key in _NAMES[what] if config.get(key) is not None), _NAMES[what][0])
    return _number(config, found, default)


def _number(config: Mapping[str, Any], key: str, default: int | None) -> int:
    value = config.get(key)
    if value is None:
        if default is None:
            raise InvalidInput(f"the model's configuration lacks {key!r}; it has to be its config.json")
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MOST:
        raise InvalidInput(f"{key!r} of the model's configuration is {str(value)[:40]!r}, no sensible whole number")
    return value


def _bits(config: Mapping[str, Any]) -> float:
    """Bytes of one parameter: those of the quantisation, else of the type."""
    quantised = config.get("quantization_config")
    if isinstance(quantised, Mapping):
        bits = quantised.get("bits", 4 if quantised.get("load_in_4bit") else 8)
        if not isinstance(bits, int) or not 1 <= bits <= 16:
            raise InvalidInput(f"the quantisation of the model's configuration has {str(bits)[:20]!r} bits")
        return bits / 8
    return BYTES.get(str(config.get("torch_dtype") or config.get("dtype") or "float16"), 2.0)
