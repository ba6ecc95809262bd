import { randomBytes, randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';

type Transaction = (client: ClientBase) => Promise<unknown>;

/** What the shop does, chosen by a number in [0, 1). Runs inside an open transaction. */
export function pickTransaction(dice: number): Transaction {
  let sum = 0;
  for (const [share, transaction] of SHARES) {
    sum += share;
    if (dice < sum) return transaction;
  }
  return placeOrder;
}

/** An order with one to five lines; stock goes down, which updates products without touching their long text. */
const placeOrder: Transaction = async (client) => {
  const order = await client.query<{ id: string }>(
    `insert into orders (customer_id, total)
     select id, 0 from customers where id >= 1 + floor(random() * 20000) order by id limit 1 returning id`,
  );
  const id = order.rows[0]?.id;
  await client.query(
    `insert into order_items (order_id, line_no, product_id, quantity, unit_price)
     select $1, row_number() over (order by id), id, 1 + floor(random() * 5), price
     from products where id in (select 1 + floor(random() * 2000)::int from generate_series(1, 1 + floor(random() * 5)::int))`,
    [id],
  );
  // In the order of the key, so that two orders never wait for each other in a circle.
  await client.query(
    `update products p set stock = p.stock - i.quantity
     from (select p.id, i.quantity from order_items i join products p on p.id = i.product_id
           where i.order_id = $1 order by p.id for update of p) i
     where p.id = i.id`,
    [id],
  );
  await client.query(
    `update orders set total = (select coalesce(sum(quantity * unit_price), 0) from order_items where order_id = $1)
     where id = $1`,
    [id],
  );
};

const payOrder: Transaction = async (client) => {
  const paid = await client.query<{ customer_id: string; total: string }>(
    `update orders set status = 'paid', paid_at = clock_timestamp()
     where id = (select id from orders where status = 'placed' order by id desc limit 1 for update skip locked)
     returning customer_id, total`,
  );
  const [order] = paid.rows;
  if (!order) return;
  await client.query(
    'update customers set loyalty_points = loyalty_points + ceil($2::numeric / 10)::int where id = $1',
    [order.customer_id, order.total],
  );
};

const shipOrders: Transaction = (client) =>
  client.query(
    `update orders set status = 'shipped', shipped_at = clock_timestamp()
     where id in (select id from orders where status = 'paid' order by id desc limit 3 for update skip locked)`,
  );

/** The order and, through the foreign key, its lines. */
const cancelOrder: Transaction = (client) =>
  client.query(
    `delete from orders
     where id = (select id from orders where status = 'placed' order by id desc limit 1 for update skip locked)`,
  );

const changePrices: Transaction = (client) =>
  client.query(
    `update products set price = round(price * (0.95 + random() * 0.1)::numeric, 2) + 0.01, updated_at = clock_timestamp()
     where id in (select id from products where id >= 1 + floor(random() * 1990) order by id limit 5 for update skip locked)`,
  );

const rewriteDescription: Transaction = (client) =>
  client.query(
    `update products set description = nullif($1, ''), updated_at = clock_timestamp()
     where id = (select id from products where id >= 1 + floor(random() * 2000) order by id limit 1 for update skip locked)`,
    [Math.random() < 0.1 ? '' : randomBytes(4_000 + Math.floor(Math.random() * 2_000)).toString('hex')],
  );

const newCustomer: Transaction = (client) =>
  client.query(`insert into customers (email, full_name, country, note) values ($1, $2, 'SE', $3)`, [
    `${randomUUID()}@example.com`,
    'Zoë "Z" D\'Arc',
    Math.random() < 0.5 ? null : 'line one\nline two\t\\end',
  ]);

/** Rows of every type: changed, moved to another key, removed and made again, all in one transaction. */
const changeEverything: Transaction = async (client) => {
  await client.query(
    `update everything set c_int8 = -coalesce(c_int8 % 1000000007, 1), c_text = c_text || E'\\n"' || id || '"',
       c_numeric_12_2 = 0.01 + c_numeric_12_2 % 1000000, c_text_array = array_append(c_text_array, null),
       c_timestamptz = clock_timestamp(), c_jsonb = jsonb_build_object('changed', id)
     where id in (select id from everything where id >= 100 + floor(random() * 2000) order by id limit 3 for update skip locked)`,
  );
  await client.query(
    `update everything set id = (select max(id) + 1 from everything), c_boolean = not c_boolean
     where id = (select id from everything where id >= 100 + floor(random() * 2000) order by id limit 1 for update skip locked)`,
  );
  await client.query(
    `with gone as (
       delete from everything
       where id = (select id from everything where id >= 100 + floor(random() * 2000) order by id limit 1 for update skip locked)
       returning id)
     insert into everything (id, c_text, c_float4, c_bytea) select id, '', 'NaN', '\\x00' from gone where random() < 0.7`,
  );
};

const SHARES: ReadonlyArray<readonly [share: number, transaction: Transaction]> = [
  [0.42, placeOrder],
  [0.2, payOrder],
  [0.12, shipOrders],
  [0.07, cancelOrder],
  [0.08, changePrices],
  [0.04, rewriteDescription],
  [0.04, newCustomer],
  [0.03, changeEverything],
];
