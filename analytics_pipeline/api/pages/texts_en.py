"""The pages' texts in English."""

ENGLISH: dict[str, str] = {
    "language_name": "English",
    "language_label": "Language",
    "agency": "The agency that you work with",
    "account": "Your account",
    "instant_format": "%Y-%m-%d %H:%M",
    "footer": "This service reads numbers. It never publishes anything in your name.",
    "back": "Back to the invitation",
    # The invitation.
    "connect_title": "Connect your accounts",
    "connect_intro": "{agency} invites you to connect your accounts, so that the "
    "results of your campaigns are measured by the platforms’ own numbers.",
    "connect_expires": "The invitation works until {when} ({zone}), once for each "
    "platform.",
    "connect_done": "Connected through this invitation. There is nothing left to do.",
    "connect_unavailable": "Logging in here is not possible at the moment. Please "
    "tell the person who invited you.",
    "platform_instagram": "Instagram",
    "platform_tiktok": "TikTok",
    "how_instagram": "You log in with Facebook, tick the Facebook Page that your "
    "professional Instagram account is linked to, and choose the account here.",
    "how_tiktok": "You log in at TikTok and confirm the account here.",
    "asked_title": "What we ask for, and what for",
    "scope_pages_show_list": "Your list of Facebook Pages: to find the one that your "
    "Instagram account is linked to.",
    "scope_pages_read_engagement": "Reading that Page: Instagram’s profile data comes "
    "through it.",
    "scope_instagram_basic": "Your Instagram profile and posts: to find the posts of "
    "a campaign.",
    "scope_instagram_manage_insights": "Your insights: reach, saves, shares, and the "
    "numbers of stories.",
    "scope_business_management": "Your business portfolio: to find Pages that belong "
    "to one.",
    "scope_pages_manage_metadata": "Notifications of the Page: Instagram then tells "
    "us the final numbers of a story.",
    "scope_user.info.basic": "Your public name: to know whose account it is.",
    "scope_user.info.profile": "Your profile: the account’s handle.",
    "scope_user.info.stats": "Your statistics: followers and likes of the account.",
    "scope_video.list": "Your public videos: to find the videos of a campaign and "
    "read their numbers.",
    "button_instagram": "Continue to Facebook",
    "button_tiktok": "Continue to TikTok",
    "kept_title": "What is kept",
    "kept_data": "The texts, links and numbers of your posts and stories, and the "
    "daily numbers of your account. No passwords, no messages, nobody’s comments.",
    "kept_access": "The access that the platform hands out is kept encrypted. It is "
    "used for reading, and for being notified when there are new numbers.",
    "leave_title": "How to leave",
    "leave_text": "You can take your consent back at any time; nothing is read from "
    "then on. To have deleted what was collected, write to the person who invited you.",
    "leave_instagram": "On Facebook: Settings, Business integrations, remove this app.",
    "leave_tiktok": "In TikTok: Settings and privacy, Security and permissions, Apps "
    "and services permissions, remove this app.",
    # Choosing an account.
    "choose_title_one": "Is this the right account?",
    "choose_title_many": "Which account do you want to connect?",
    "choose_legend_instagram": "Instagram account",
    "choose_legend_tiktok": "TikTok account",
    "choose_page": "linked to the Facebook Page {page}",
    "choose_button": "Connect this account",
    "choose_back": "None of these: back to the invitation",
    "missing_intro": "You left something unticked. You can connect the account all "
    "the same, but this will be missing:",
    "missing_way": "To grant it after all, go back to the invitation and log in again.",
    "missing_pages_show_list": "the list of your Facebook Pages, without which your "
    "account cannot be found",
    "missing_pages_read_engagement": "data of the Page; some numbers may stay unknown",
    "missing_instagram_basic": "your Instagram profile and posts, without which "
    "nothing can be measured",
    "missing_instagram_manage_insights": "reach, saves, shares, and the numbers of "
    "stories",
    "missing_user.info.basic": "your public name, without which the account cannot be "
    "known",
    "missing_user.info.profile": "the account’s handle",
    "missing_user.info.stats": "the numbers of followers and likes of the account",
    "missing_video.list": "your videos, without which nothing can be measured",
    # What became of a login.
    "connected_title": "Your account is connected",
    "connected_text": "{account} is connected. Thank you; you can close this page.",
    "renewed_title": "Your account is already connected",
    "renewed_text": "{account} was connected before. Its access has been renewed; you "
    "can close this page.",
    "limited_title": "Your account is connected, with something missing",
    "limited_text": "{account} is connected. Thank you. Because you left something "
    "unticked, this will be missing:",
    "refused_title": "You did not agree",
    "refused_text": "Nothing was connected and nothing was stored. If you change your "
    "mind, the invitation still works.",
    "expired_title": "That took too long",
    "expired_text": "For your safety, logging in has to be finished within a quarter "
    "of an hour. Nothing was connected. Please begin again.",
    "code_rejected_title": "The login could not be finished",
    "code_rejected_text": "The platform did not accept the login: it was already "
    "used, or too much time has passed. Nothing was connected. Please begin again.",
    "other_app_title": "The login could not be finished",
    "other_app_text": "The platform’s answer was not meant for this service. Nothing "
    "was connected. Please begin again, and tell the person who invited you if it "
    "happens again.",
    "permission_missing_title": "A needed permission is missing",
    "permission_missing_text": "Something was left unticked without which nothing can "
    "be measured. Nothing was connected. Please log in again and leave everything "
    "ticked.",
    "no_page_title": "No Facebook Page was found",
    "no_page_text": "Facebook named no Page of yours, so your Instagram account could "
    "not be found. Nothing was connected.",
    "no_page_steps": "If you have a Page, log in again and tick it on Facebook’s "
    "page; you need a role on the Page yourself. If you have none: create a Page on "
    "Facebook and link your Instagram account to it, in Instagram under Settings, "
    "Business tools and controls.",
    "no_professional_account_title": "No professional Instagram account was found",
    "no_professional_account_text": "Facebook named your Pages, but none of them is "
    "linked to a professional Instagram account. Nothing was connected.",
    "no_professional_account_steps": "In Instagram, under Settings, Account type and "
    "tools, switch to a professional account (creator or business); then link it to "
    "your Facebook Page. If your account is linked to another Page, log in again and "
    "tick that one too.",
    "other_creator_title": "This account belongs to somebody else",
    "other_creator_text": "The account is already connected for another creator, so "
    "nothing was changed. If it is yours, tell the person who invited you.",
    "invitation_ended_title": "The invitation has ended",
    "invitation_ended_text": "While you were logging in, the invitation expired, was "
    "used or was withdrawn. Nothing was connected. Ask the person who invited you for "
    "a new one.",
    "platform_failed_title": "The platform did not answer",
    "platform_failed_text": "The platform could not be reached or did not answer as "
    "it should. Nothing was connected. Please try again in a few minutes.",
    # What cannot be done.
    "unknown_login_title": "This login is not known",
    "unknown_login_text": "The address does not belong to a login that was begun "
    "here. Nothing was changed. Please open your invitation again.",
    "login_replayed_title": "This login was already used",
    "login_replayed_text": "The address works once, and it was opened before. Nothing "
    "was changed. If your account is not connected yet, begin again.",
    "other_browser_title": "This is not the browser you began in",
    "other_browser_text": "The login was begun in another browser or app, or cookies "
    "are switched off. Nothing was changed. Please open your invitation again in this "
    "browser and begin anew.",
    "not_chosen_title": "Please choose an account",
    "not_chosen_text": "None of the accounts of this login was chosen. Nothing was "
    "connected.",
    "invitation_unknown_title": "This invitation is not known",
    "invitation_unknown_text": "The address is incomplete or was not made here. "
    "Please open the link exactly as you received it, or ask for a new one.",
    "invitation_expired_title": "The invitation has expired",
    "invitation_expired_text": "Its time is over. Ask the person who invited you for "
    "a new one.",
    "invitation_revoked_title": "The invitation was withdrawn",
    "invitation_revoked_text": "It cannot be used any more. Ask the person who "
    "invited you if that surprises you.",
    "invitation_used_title": "Already connected",
    "invitation_used_text": "An account was connected through this invitation, which "
    "works once for each platform. There is nothing left to do.",
    "invitation_not_invited_title": "Not part of the invitation",
    "invitation_not_invited_text": "Your invitation is for another platform.",
    "not_configured_title": "Not possible at the moment",
    "not_configured_text": "Logging in at this platform is not set up. Please tell "
    "the person who invited you.",
    "form_expired_title": "Please try once more",
    "form_expired_text": "The page was too old, was opened in another browser, or "
    "cookies are switched off. Nothing was changed. Go back to the invitation and "
    "continue from there.",
    # A request to be forgotten.
    "erasure_title": "Your request to be forgotten",
    "erasure_received": "Received. The access you had granted is gone already; the "
    "data about you is erased next.",
    "erasure_running": "The data about you is being erased.",
    "erasure_done": "Done.",
    "erasure_unknown_person": "Nobody is known here by the id that the platform "
    "named, so there was nothing to erase.",
    "erasure_kind": "What was asked for",
    "erasure_kind_deauthorisation": "To end the access to your account. To have "
    "deleted what was collected too, ask the platform or the person who invited you.",
    "erasure_kind_deletion": "To end the access to your account and to erase the data "
    "about you",
    "erasure_code": "Confirmation code",
    "erasure_received_at": "Received",
    "erasure_completed_at": "Completed",
    "erasure_report": "What was changed",
    "erasure_place": "Where",
    "erasure_count": "Number",
    "erasure_not_found_title": "This confirmation code is not known",
    "erasure_not_found_text": "Please open the address exactly as you received it.",
    # What the service cannot answer.
    "not_found_title": "There is no such page",
    "not_found_text": "Please open the address exactly as you received it.",
    "unavailable_title": "Not possible at the moment",
    "unavailable_text": "The service is being looked after. Nothing was changed. "
    "Please try again in a few minutes.",
    "failed_title": "Something went wrong",
    "failed_text": "That is our fault, and it was noted. Please try again later, and "
    "tell the person who invited you if it happens again.",
}
