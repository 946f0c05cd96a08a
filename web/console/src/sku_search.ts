// SPDX-License-Identifier: Apache-2.0
// The SKUs of the products that a search found.

export interface FoundSku {
  id: string;
  code: string;
  title: string;
  product: string;
}

interface FoundProduct {
  title: string;
  skus: readonly Omit<FoundSku, 'product'>[];
}

/** A product is found for one of its SKUs with all of them: those that match themselves come first. */
export function matchingFirst(products: readonly FoundProduct[], search: string): FoundSku[] {
  const wanted = search.trim().toLowerCase();
  const matches = (sku: FoundSku) =>
    sku.code.toLowerCase().includes(wanted) || sku.title.toLowerCase().includes(wanted);
  return products
    .flatMap((product) => product.skus.map((one) => ({ ...one, product: product.title })))
    .sort((a, b) => Number(matches(b)) - Number(matches(a)));
}
