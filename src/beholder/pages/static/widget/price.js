/** The price of an item, as the pages of the service write it. */

const prices = {"currency": "", "cents": false}; // the service puts its own in here

/** Return the price, or nothing where it is no number from 0 on. */
export function priceOf({ price }) {
  if (typeof price !== "number" || !(price >= 0 && price < 1e15)) return "";
  const { currency, cents } = prices;
  const number = Number.isInteger(price) && !cents ? String(price) : price.toFixed(2);
  if (currency.includes("{price}")) return currency.split("{price}").join(number);
  return currency ? `${number} ${currency}` : number;
}
