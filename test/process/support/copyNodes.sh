# In the place of `node.js create DIR…`: copies of the nodes in $MODELS that have the same names, with a contract id of their own.
shift
id=$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)
for dir; do
  model="$MODELS/${dir##*/}"
  cp -R "$model" "$dir" || exit 1
  sed "s/\"id\": *\"[^\"]*\"/\"id\": \"$id\"/" "$model/cfg/hp.cfg" > "$dir/cfg/hp.cfg" || exit 1
  echo "Contract directory created at $dir"
done
