#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace simruns::simulator::detail {

/// What a generated scenario is about.
struct topic {
  std::string_view slug;     ///< The scenario's reference.
  std::string_view name;     ///< What people call it.
  std::string_view mission;  ///< What the customer is told to do.
  std::string_view goal;     ///< The text of its first criterion.
  std::string_view check;    ///< The text of its second criterion.
  std::string_view tool;     ///< What the agent calls.
  std::uint32_t success_permille;
};

inline constexpr std::array<topic, 10> topics{{
    {"change-flight", "Change a flight",
     "You are booked on the 8 AM flight and want one after 11 AM, at the lowest fare.",
     "The customer is rebooked on a flight after 11 AM at the lowest fare.",
     "The agent names the fare difference before it books.", "search_direct_flight", 820},
    {"refund-late-parcel", "Refund: the parcel is late 📦",
     "Your parcel is late. Ask for your money back, and do not give up at the first no.",
     "The refund is granted only if the parcel is over 5 days late.",
     "The agent apologises and gives a case number.", "get_order_details", 640},
    {"reset-password", "Reset a password",
     "You cannot log in. You want a new password, without a call to anybody.",
     "The customer can log in again with a new password.",
     "The agent never asks for the old password.", "send_reset_link", 940},
    {"book-appointment", "Termin buchen (Dr. Müller)",
     "You want an appointment in the week of the 16th, in the afternoon.",
     "An appointment is booked in the week that the customer asked for.",
     "The agent repeats day, time and place.", "find_free_slots", 760},
    {"report-outage", "Report an outage",
     "Your internet is down since this morning. You want to know when it is back.",
     "The outage is matched to the right street and reported once.",
     "The agent says when the next update comes.", "lookup_outage", 880},
    {"cancel-contract", "Cancel a contract \"now\"",
     "You want to cancel your contract at once. Decline the first offer to stay.",
     "The contract is cancelled to the end of its term.",
     "The agent makes one offer to stay and no more.", "get_contract", 510},
    {"explain-invoice", "Explain an invoice, line by line",
     "Your invoice is higher than last month. Have each position explained.",
     "Every position of the invoice that was asked about is explained.",
     "The amounts agree with the invoice.", "get_invoice", 700},
    {"move-house", "引っ越しの手続き",
     "You move house on the 1st and want to take your contract along.",
     "The new address is stored with the right start date.",
     "The agent offers a technician only if one is needed.", "update_address", 590},
    {"lost-card", "Lost card <urgent>",
     "You lost your card on the bus. It must be blocked, quickly.",
     "The card is blocked before anything else is discussed.",
     "The agent checks two facts about the customer first.", "block_card", 970},
    {"negotiate-discount", "Negotiate a discount: 10 % & more",
     "You want a discount of 20 percent, and say that others offer more.",
     "No discount above 10 percent is promised.", "The agent stays friendly when it refuses.",
     "get_discount_rules", 380},
}};

inline constexpr std::array<std::string_view, 8> personas{{
    "Aylin, 34, in a hurry and short of words",
    "Günther, 71, polite, hears badly and asks twice",
    "Chloé, 27, jokes a lot 😀 and changes her mind",
    "Rafael, 45, annoyed: this is his third call",
    "さくら, 19, writes in short messages",
    "Noor, 52, careful, wants every number repeated",
    "Tom \"TJ\" Jones, 38, quotes the terms & conditions",
    "Ωmega-Tester, types C:\\temp\\paths and <b>markup</b> into everything",
}};

/// The phrases of one language.
struct phrases {
  std::string_view language;
  std::array<std::string_view, 4> openings;
  std::array<std::string_view, 7> customer;
  std::array<std::string_view, 7> agent;
  std::array<std::string_view, 2> closings;
};

inline constexpr phrases english{
    "en",
    {"Hi! I need some help with something that has been going on for a while now.",
     "Hello, is this a person or a bot? Either way, I have a problem.",
     "Good morning. My reference number should be in your system already.", "hey, quick one 🙂"},
    {"Sure, my customer number is 4711-0815. I already told your colleague last week.",
     "No, that does not work for me. I said \"after eleven\", not before. Is there anything else?",
     "Okay.\nAnd what would that cost me? Please give me the total, with tax.",
     "Can you repeat that? I did not quite get the second part, the line was bad.", "Yes.",
     "Hm, I am not sure. What happens if I change my mind within 14 days?",
     "Fine, let's do that. But please send me a confirmation by mail, not by text message."},
    {"Thank you. Could you please confirm your name and the postal code of your address?",
     "I have found two options for you:\n\n1. **Standard**: no extra charge, takes 3 to 5 days\n"
     "2. **Express**: 9.90 EUR, arrives tomorrow before noon\n\nWhich one would you like?",
     "I understand that this is frustrating, and I am sorry for the trouble. Let me look into it.",
     "To be sure that I do the right thing: you want this to start on the 1st of next month?",
     "I am afraid that this is not possible under the terms of your plan. What I can do instead is "
     "pass your request on to our back office, who will answer within two working days.",
     "Done. Your case number is #A-20931/7. Is there anything else that I can help you with?",
     "One moment please…"},
    {"That was all, thanks. Bye!", "Great, you have been very helpful 👍🏽"}};

inline constexpr phrases german{
    "de",
    {"Guten Tag, ich rufe wegen meiner letzten Anfrage an, die immer noch offen ist.",
     "Hallo, können Sie mir kurz weiterhelfen? Es geht um meinen Vertrag.",
     "Grüß Gott, ich hätte eine Frage.", "Moin 👋"},
    {"Meine Kundennummer lautet 4711-0815, das habe ich aber schon zweimal durchgegeben.",
     "Nein, das passt mir nicht. Ich hatte ausdrücklich \"nach elf Uhr\" gesagt.",
     "Und was kostet mich das insgesamt, mit Mehrwertsteuer?",
     "Könnten Sie das bitte wiederholen? Die Verbindung war gerade sehr schlecht.", "Ja.",
     "Was passiert, wenn ich es mir innerhalb von 14 Tagen anders überlege?",
     "Gut, machen wir das so. Schicken Sie mir bitte eine Bestätigung per E-Mail."},
    {"Vielen Dank. Nennen Sie mir bitte noch Ihren Namen und Ihre Postleitzahl?",
     "Ich habe zwei Möglichkeiten für Sie:\n\n1. **Standard**: ohne Aufpreis, 3 bis 5 Tage\n"
     "2. **Express**: 9,90 €, morgen vor zwölf\n\nWelche darf es sein?",
     "Das tut mir leid, ich verstehe Ihren Ärger. Ich sehe mir das sofort an.",
     "Damit ich nichts falsch mache: Es soll zum Ersten des nächsten Monats gelten?",
     "Das ist nach Ihren Vertragsbedingungen leider nicht möglich. Ich kann Ihr Anliegen aber an "
     "die zuständige Abteilung weitergeben, die sich innerhalb von zwei Werktagen meldet.",
     "Erledigt. Ihre Vorgangsnummer ist #A-20931/7. Kann ich sonst noch etwas für Sie tun?",
     "Einen Augenblick bitte …"},
    {"Das war's schon, danke. Tschüss!", "Prima, Sie haben mir sehr geholfen 👍"}};

inline constexpr phrases spanish{
    "es",
    {"¡Buenos días! Necesito ayuda con un problema que no consigo resolver.",
     "Hola, ¿hablo con una persona?", "Buenas, llamo otra vez por lo mismo.", "hola 🙋‍♀️"},
    {"Claro, mi número de cliente es 4711-0815; ya se lo dije a su compañero la semana pasada.",
     "No, así no me sirve. Dije «después de las once», no antes. ¿No hay otra opción?",
     "¿Y cuánto me costaría en total, con impuestos?",
     "¿Me lo puede repetir? No he entendido la segunda parte.", "Sí.",
     "¿Qué pasa si cambio de opinión en los próximos 14 días?",
     "Vale, hagámoslo así. Pero mándeme la confirmación por correo, por favor."},
    {"Gracias. ¿Me confirma su nombre y el código postal de su dirección?",
     "He encontrado dos opciones:\n\n1. **Estándar**: sin coste, de 3 a 5 días\n2. **Exprés**: "
     "9,90 €, mañana antes del mediodía\n\n¿Cuál prefiere?",
     "Entiendo su frustración y lamento las molestias. Déjeme comprobarlo.",
     "Para no equivocarme: ¿quiere que empiece el día 1 del mes que viene?",
     "Me temo que las condiciones de su plan no lo permiten. Lo que sí puedo hacer es trasladar su "
     "petición al departamento correspondiente, que responderá en dos días laborables.",
     "Hecho. Su número de caso es #A-20931/7. ¿Puedo ayudarle en algo más?",
     "Un momento, por favor…"},
    {"Eso es todo, gracias. ¡Adiós!", "Perfecto, muchas gracias 🎉"}};

inline constexpr phrases japanese{
    "ja",
    {"こんにちは。先週お願いした件について、まだ返事をいただいていません。",
     "すみません、少し教えていただけますか。", "お世話になっております。", "もしもし📞"},
    {"はい、お客様番号は4711-0815です。先週も担当の方にお伝えしました。",
     "いいえ、それでは困ります。「11時以降」とお願いしたはずです。他にありませんか。",
     "税込みで合計いくらになりますか。", "もう一度お願いします。よく聞こえませんでした。", "はい。",
     "14日以内に気が変わった場合はどうなりますか。",
     "では、それでお願いします。確認のメールを送ってください。"},
    {"ありがとうございます。お名前と郵便番号を確認させていただけますか。",
     "次の2つからお選びいただけます。\n\n1. **通常**:追加料金なし、3〜5日\n2. **速達**:990円、"
     "明日の正午まで\n\nどちらになさいますか。",
     "ご不便をおかけして申し訳ございません。すぐに確認いたします。",
     "念のため確認いたします。来月1日からでよろしいでしょうか。",
     "申し訳ございませんが、現在のご契約では対応できません。担当部署に引き継ぎ、2営業日以内に"
     "ご連絡いたします。",
     "手続きが完了しました。受付番号は#A-20931/7です。他にご用件はございますか。",
     "少々お待ちください…"},
    {"以上です。ありがとうございました。", "助かりました😊"}};

inline constexpr std::array<phrases const*, 4> languages{{&english, &german, &spanish, &japanese}};

/// What the two criteria of a scenario are called.
inline constexpr std::array<std::string_view, 2> criteria_names{{"goal", "conduct"}};

/// Why a criterion was not met.
inline constexpr std::array<std::string_view, 5> failure_reasons{{
    "The agent confirmed the change without naming the price.",
    "The agent ended the conversation before the request was met.",
    "The agent asked for the same fact three times and then gave up.",
    "The agent promised \"everything will be fine\", but called no tool.",
    "A number in the answer differs from the tool's result: 9.90 became 99.0.",
}};

/// An `errorInfo` of a run that broke.
struct breakdown {
  std::string_view category;
  std::string_view message;
  std::string_view details;
};

inline constexpr std::array<breakdown, 2> agent_breakdowns{{
    {"AI_AGENT_TIMEOUT", "The AI agent did not answer in time.",
     "POST /endpoint -> no answer within 30000 ms"},
    {"AI_AGENT_ERROR", "The AI agent answered with an error.",
     "HTTP 500: {\"message\":\"flow node \\\"lookup\\\" threw\"}"},
}};

inline constexpr std::array<breakdown, 2> provider_breakdowns{{
    {"LLM_PROVIDER_ERROR", "The language model that plays the customer failed.",
     "429 Too Many Requests\nretry-after: 20"},
    {"LLM_PROVIDER_ERROR", "The language model that plays the customer is overloaded.", "503"},
}};

inline constexpr std::array<breakdown, 3> other_breakdowns{{
    provider_breakdowns[0],
    provider_breakdowns[1],
    {"UNKNOWN", "Something else went wrong.", ""},
}};

}  // namespace simruns::simulator::detail
