# SPDX-License-Identifier: Apache-2.0
complete -c coldca -f

# The command on the line so far, "token list", or nothing.
function __coldca_command
    set -l words (commandline -opc)
    set -l name
    for word in $words[2..-1]
        switch $word
            case '-*' cert
            case '*'
                set -a name $word
        end
    end
    switch "$name[1]"
        case token ledger policy
            echo "$name[1..2]"
        case '*'
            echo "$name[1]"
    end
end

function __coldca_none
    test -z "$(__coldca_command)"
end

function __coldca_is
    contains -- "$(__coldca_command)" $argv
end

