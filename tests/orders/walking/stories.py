"""Lives of orders that together take every rule of the table and every act.

A story is words: the name of an act, with ``:number`` for the turn that decides between its ways; or ``until:state``, which
does the order's steps until it is there; ``undone``, which does all steps that are left; ``later:days``; ``faults:…`` as in
``PARTNER_FAULTS``. An act is done to the order placed last.
"""

from collections.abc import Mapping

_PAID = "order:1 ask pay_what_was_asked"
_SIGNED = f"{_PAID} sign"
_SETTLED = "until:at_store ask pay_what_was_asked"
_READY = f"{_SIGNED} {_SETTLED} until:ready"
_DRIVEN = f"{_READY} accept undone take_time"
_INSTALLED = f"order_charger ask pay_what_was_asked sign {_SETTLED} until:ready accept undone"
_UNDONE = "undone confirmed"

STORIES: Mapping[str, str] = {
    "kept for good": "order:0 ask begin_paying fail ask pay_what_was_asked repeat sweep sign until:at_store ask "
    "pay_what_was_asked until:ready accept undone sweep",
    "paid late": "order:0 ask sweep pay_what_was_asked cancel undone confirm_refund",
    "never paid": "order:1 cancel",
    "changed": f"{_PAID} take_time change:0 leave_out sign change:1 hurry until:scheduled take_time change:2 hurry "
    f"until:scheduled maker_refuses open_more other_slot maker_refuses change:0 maker_refuses sweep cancel {_UNDONE}",
    "refused": f"{_SIGNED} faults:maker.refuse=100 until:alloc_failed cancel {_UNDONE}",
    "not as ordered": f"{_SIGNED} until:scheduled build_wrongly until:mismatch sweep take_it_so until:in_transit "
    "damage inspect:0 damage inspect:1 take_it_so until:at_store damage inspect:1 take_it_so damage inspect:1 open_more "
    f"rebuild until:vin_assigned damage inspect:1 cancel {_UNDONE}",
    "left when signed": f"{_SIGNED} cancel {_UNDONE}",
    "left when scheduled": f"{_SIGNED} until:scheduled cancel {_UNDONE}",
    "left with a car": f"{_SIGNED} until:vin_assigned cancel {_UNDONE}",
    "left on the way": f"{_SIGNED} until:in_transit cancel {_UNDONE}",
    "left at the store": f"{_SIGNED} {_SETTLED} step step cancel {_UNDONE}",
    "left while the workshop is at it": f"{_SIGNED} until:at_store take_time step cancel hurry {_UNDONE}",
    "not accepted": f"{_READY} reject fix until:ready reject cancel {_UNDONE}",
    "given back": f"{_DRIVEN} give_back keep give_back take_back {_UNDONE}",
    "wrong money": f"order:1 ask pay_wrongly send_all_back confirm_refund ask pay_what_was_asked cancel {_UNDONE}",
    "contested": f"{_PAID} be_generous confirm_refund contest bank_decides:1 finance_clears contest bank_decides:0 "
    f"finance_clears cancel {_UNDONE}",
    "goods": "order_goods ask pay_what_was_asked work until:completed",
    "goods by steps": "order_goods ask pay_what_was_asked undone",
    "borrowed": f"{_PAID} ask_for_loan hand_in_papers hand_in_papers submit_loan bank_lends sign "
    f"bank_pays:1 cancel {_UNDONE}",
    "bank declines": f"{_PAID} ask_for_loan hand_in_papers hand_in_papers submit_loan bank_declines ask_for_loan "
    "withdraw_loan",
    "paid in coins": f"order:1 spend_coins ask pay_what_was_asked sign cancel {_UNDONE}",
    "old car": f"order:1 bring_old_car value_old_car:1 value_old_car:2 ask pay_what_was_asked sign count_old_car_in "
    f"look_at_old_car:1 take_less_for_old_car cancel {_UNDONE}",
    "old car kept": "order:1 bring_old_car value_old_car:1 keep_old_car",
    "let off": f"{_SIGNED} ask_for_leniency decide_on_leniency:2 cancel {_UNDONE}",
    "by its gateway": "order:1 ask pay_on_page:0 gateway_rings beat_deliver_events sign take_time beat_drain partner_rings "
    "beat_render_contracts become_cheaper beat_protect_prices cancel undone send_refund gateway_rings",
    "by its silent gateway": "order:1 ask pay_on_page:5 beat_sweep_timers",
    "late": f"{_SIGNED} take_time step step later:2 beat_accrue_daily beat_prove_ledgers beat_forget_forms",
    "by the maker's feed": f"{_SIGNED} until:scheduled beat_match_vins",
    "more given than was paid": f"{_DRIVEN} be_very_generous:0 undone be_very_generous:3 transfer_credit:1 miss_transfer "
    "transfer_credit:2 confirm_transfer:1",
    "in line": "order:1 order:1 wait_in_line:1 wait_in_line:2 cancel later:3 beat_serve_waiting",
    "by the gateway's file": "order:1 ask pay_on_page:0 gateway_rings later:1 beat_settlement_import",
    "a month unsigned": f"{_PAID} later:31 sweep {_UNDONE}",
    "charger": f"{_INSTALLED} plan_survey:1 survey quote accept_quote book:2 rebook:3 resurvey book:2 install complain "
    "accept_installation",
    "charger not wanted": f"{_INSTALLED} survey quote decline_quote {_UNDONE}",
    "charger not possible": f"{_INSTALLED} survey book:2 infeasible {_UNDONE}",
    "plate": f"{_PAID} order_plate send_proof change_proof send_proof approve_proof make ship_made lose make ship_made "
    "receive_made",
    "plate not wanted": "order_goods ask pay_what_was_asked until:completed order_plate withdraw",
}
