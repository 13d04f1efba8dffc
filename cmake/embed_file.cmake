# Writes OUTPUT, a C file that holds the text of INPUT as SYMBOL.
file(READ ${INPUT} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\t\"" text "${text}")
file(WRITE ${OUTPUT}
  "/* Generated from ${SYMBOL}. */\nextern const char ${SYMBOL}[];\n"
  "const char ${SYMBOL}[] =\n\t\"${text}\";\n")
