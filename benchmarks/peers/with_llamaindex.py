"""LlamaIndex with its default vector store: in memory, saved as JSON; vectors only."""

from __future__ import annotations

from pathlib import Path

import worker


class LlamaIndex:
    def __init__(self, store: Path, model: Path) -> None:
        self.store, self.model = store, model

    def load(self) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.embed = HuggingFaceEmbedding(model_name=str(self.model), embed_batch_size=32)
        self.embed.get_query_embedding("first")

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = []
        for film in worker.read(films):
            stored = worker.fields(film)
            nodes.append(
                TextNode(id_=film["id"], text=film["text"], metadata=stored, excluded_embed_metadata_keys=list(stored))
            )
        index = VectorStoreIndex(nodes, embed_model=self.embed)
        index.storage_context.persist(str(self.store))

    def open(self) -> None:
        from llama_index.core import StorageContext, load_index_from_storage

        kept = StorageContext.from_defaults(persist_dir=str(self.store))
        self.index = load_index_from_storage(kept, embed_model=self.embed)

    def search(self, text: str, years: worker.Years | None) -> list[str]:
        from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

        where = None
        if years:
            first = MetadataFilter(key="year", value=years[0], operator=FilterOperator.GTE)
            last = MetadataFilter(key="year", value=years[1], operator=FilterOperator.LTE)
            where = MetadataFilters(filters=[first, last])
        retriever = self.index.as_retriever(similarity_top_k=10, filters=where)
        return [found.node.node_id for found in retriever.retrieve(text)]


if __name__ == "__main__":
    worker.run(LlamaIndex)
