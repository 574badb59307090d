import { FILES, FOLDER } from './folder';

/**
 * Stands in the place of the contract's program while a node is debugged. Its first line is all that counts: the kernel hands the path in it to the shell, which
 * so reads a file that is still there when the program is in its place again. Were the text itself here, a shell that was just being started would
 * open the program instead.
 */
export const WRAPPER = `#!/bin/sh ${FOLDER}/${FILES.start}
`;

/**
 * What the wrapper does: it becomes the program. Constant text; what differs is in files. For any
 * shell of POSIX (dash, busybox): what it says of itself in the environment is taken back, and no variable of its own can be one of the contract's. Variables
 * with names that are none for a shell do not come through, nor does a PWD that is not where the process is.
 *
 * A process is the contract itself, and not one that it or post_exec.sh started, if it works in a state folder and who started it does not; with
 * contract logs on there are shells in between (reference 7.6). A version of hpcore that was announced as 0.6.5 says `mode` in the place of `readonly`.
 */
export const START = `# HotPocket Studio: this node's contract is being debugged. The program itself is ${FOLDER}/node.
# The first argument is the path by which it was started.
shift
hotpocket_arguments=undebugged
true > ${FOLDER}/runs/$$
if { read -r hotpocket_agent hotpocket_runs hotpocket_rounds < ${FOLDER}/armed; } 2> /dev/null && [ -e "/proc/$hotpocket_agent" ]; then
  case $PWD in */contract_fs/*)
    hotpocket_by=$PPID
    while { read -r hotpocket_x hotpocket_name hotpocket_x hotpocket_next hotpocket_x < "/proc/$hotpocket_by/stat"; } 2> /dev/null && [ "$hotpocket_name" = '(sh)' ]; do
      hotpocket_by=$hotpocket_next
    done
    if [ ! "/proc/$hotpocket_by/cwd" -ef . ]; then
      (umask 077 && PATH=\${PATH:+$PATH:}/bin:/usr/bin && exec cat > "${FOLDER}/runs/$$.args")
      [ -r "${FOLDER}/runs/$$.args" ] && exec < "${FOLDER}/runs/$$.args"
      hotpocket_text=
      { read -r hotpocket_text < "${FOLDER}/runs/$$.args"; } 2> /dev/null
      case $hotpocket_text in
        *'"readonly":true'*|*'"mode":"read_req"'*) hotpocket_kind=read ;;
        *,\\[*) hotpocket_kind=consensus ;;
        *) hotpocket_kind=consensus; [ "$hotpocket_rounds" = all ] || hotpocket_kind=empty ;;
      esac
      case $hotpocket_runs in both|"$hotpocket_kind") [ "$hotpocket_kind" = empty ] || hotpocket_arguments=debugged ;; esac
    fi
  ;; esac
fi
hotpocket_given=
while read -r hotpocket_text || [ -n "$hotpocket_text" ]; do hotpocket_given=$hotpocket_given$hotpocket_text; done < /proc/$$/environ
case $hotpocket_given in *"PATH=$PATH"*) ;; *) unset PATH ;; esac
case $hotpocket_given in *"PWD=$PWD"*) ;; *) unset PWD ;; esac
case $hotpocket_given in *OLDPWD=*) ;; *) unset OLDPWD ;; esac
case $hotpocket_given in *"SHLVL=$SHLVL"*) ;; *SHLVL=*) SHLVL=$((SHLVL - 1)) ;; *) unset SHLVL ;; esac
while IFS= read -r hotpocket_text; do set -- "$hotpocket_text" "$@"; done < ${FOLDER}/$hotpocket_arguments
[ "$hotpocket_arguments" = debugged ] && true > "${FOLDER}/runs/$$.ready"
exec ${FOLDER}/node "$@"
`;
