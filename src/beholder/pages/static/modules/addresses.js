/** Addresses of the shop, which behind a proxy may stand below a path of its site. */

export const root = document.body.dataset.root;

/** Return the address of an item's page. */
export function pageOf(item) {
  return `${root}/item/${encodeURIComponent(item.id)}`;
}
