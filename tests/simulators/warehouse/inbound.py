"""What comes in: suppliers' goods and what customers send back."""

from .building import AVAILABLE, DAMAGED, DONE, HELD, NOTHING, QUARANTINE, Key
from .words import goods

#: In which state goods lie after what was done with them; None: they are gone.
PLACES = {"restock": AVAILABLE, "quarantine": QUARANTINE, "scrap": None, "refurbish": HELD}


class Dock:
    """Where lorries are unloaded."""

    def __init__(self, building, rng, habits):
        self.building, self.rng, self.habits = building, rng, habits
        self._serials = 0

    def receive(self, order):
        """Take in what came of an order."""
        if order.kind == "return":
            self._take_back(order)
            return
        weights = self.habits.receiving
        story = self.rng.choices(list(weights), list(weights.values()))[0]
        if order.deeds:
            story = "full"
        moves, lines = [], []
        for line in order.lines:
            quantity = self._quantity(line, story)
            if not quantity:
                continue
            line.done += quantity
            for key, piece in self._pieces(line, quantity):
                moves.append((key, piece))
                lines.append(goods(key, piece, line=line.number))
        is_last = story != "later" or not any(line.left for line in order.lines)
        if not moves and not is_last:
            return  # the lorry stands in a queue: there is nothing to tell
        lines = lines or [self._none(line) for line in order.lines]
        self.building.do("receipt", moves, lines, order, final=is_last)
        if is_last:
            order.state = DONE

    @staticmethod
    def _none(line):
        return {"line": line.number, "product": line.sku, "quantity": NOTHING, "reason": "SHORT"}

    def _quantity(self, line, story):
        step = self.building.items[line.sku].step
        left = int(line.left / step)
        if story in ("short", "later"):
            return step * self.rng.randint(0, left)
        if story == "over":
            return step * (left + max(left // 10, 1))
        return step * (3 * left if story == "far_over" else left)

    def _pieces(self, line, quantity):
        """Goods as they are unpacked: one or two lots, new serial numbers, some of it damaged."""
        item = self.building.items[line.sku]
        if item.tracking == "serial":
            keys = [(Key(item.sku, serial=self._new_serial(item.sku)), item.step)]
            for _number in range(int(quantity / item.step) - 1):
                keys.append((Key(item.sku, serial=self._new_serial(item.sku)), item.step))
        elif item.tracking == "lot":
            count = int(quantity / item.step)
            first = self.rng.randint(1, count)
            keys = [(self._lot(item.sku), item.step * first)]
            if count > first:
                keys.append((self._lot(item.sku), item.step * (count - first)))
        else:
            keys = [(Key(item.sku), quantity)]
        if self.rng.random() >= self.habits.damaged:
            return keys
        key, piece = keys.pop()
        bad = item.step * self.rng.randint(1, int(piece / item.step))
        pieces = [*keys, (key._replace(condition=DAMAGED), bad)]
        return [*pieces, (key, piece - bad)] if piece > bad else pieces

    def _lot(self, sku):
        """Suppliers deliver of the same lots again and again."""
        return Key(sku, lot=f"B{self.rng.randrange(2401, 2407)}")

    def _new_serial(self, sku):
        self._serials += 1
        return f"{sku}-{self._serials:04}"

    def _take_back(self, order):
        """Goods that customers send back: those that we shipped, and no others."""
        moves, lines, returned = [], [], []
        weights = self.habits.dispositions
        for line in order.lines:
            for key, quantity in self.building.gone(line.sku):
                piece = min(quantity, line.left)
                if piece <= 0 or (line.lots and (key.lot or key.serial) not in line.lots):
                    continue
                line.done += piece
                returned.append((key, piece))
                word = self.rng.choices(list(weights), list(weights.values()))[0]
                place = PLACES[word]
                told = goods(key, piece, line=line.number)
                lines.append({**told, "disposition": word})
                if place:
                    moves.append((key._replace(condition=place), piece))
                else:
                    moves += [(key, piece), (key, -piece)]
        lines = lines or [self._none(line) for line in order.lines]
        self.building.do("receipt", moves, lines, order, final=True, returned=returned)
        order.state = DONE
