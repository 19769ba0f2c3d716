using GpuOps.Configuration.Yaml;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>Walks a map along known dotted keys; anything else is an error that names the nearest key.</summary>
internal static class KeyReader
{
    /// <summary>The values in a map, each with its dotted key.</summary>
    /// <param name="map">The map; null has none.</param>
    /// <param name="known">The keys there are.</param>
    /// <param name="others">Top-level keys whose values the caller reads.</param>
    /// <param name="file">The file, for errors.</param>
    public static IEnumerable<(string Key, DocumentNode Node)> Read(MapNode? map, IReadOnlyList<string> known, IReadOnlyList<string> others, string file) =>
        map is null ? [] : Walk(map, "", known, others, file);

    /// <summary>Whether a key is a known one, whose <c>*</c> at the end stands for any name without a dot.</summary>
    /// <param name="known">The known key.</param>
    /// <param name="key">The key.</param>
    public static bool IsKnown(string known, string key) => known.EndsWith(".*", StringComparison.Ordinal)
        ? key.StartsWith(known[..^1], StringComparison.Ordinal) && key.Length >= known.Length && !key[(known.Length - 1)..].Contains('.', StringComparison.Ordinal)
        : known == key;

    private static IEnumerable<(string Key, DocumentNode Node)> Walk(
        MapNode map, string prefix, IReadOnlyList<string> known, IReadOnlyList<string> others, string file)
    {
        foreach (var (key, value) in map.Entries)
        {
            var path = prefix + key.Text;
            if (others.Contains(path) || (known.Any(k => IsKnown(k, path)) && !key.Text.Contains('.', StringComparison.Ordinal)))
            {
                yield return (path, value);
            }
            else if (!key.Text.Contains('.', StringComparison.Ordinal) && known.Any(k => k.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                if (value is ScalarNode { IsNull: true }) continue;
                if (value is not MapNode inner)
                    throw DocumentError.At(file, value, $"'{path}' is a group and takes no value. Inside it are: {Below(path, known)}.");
                foreach (var entry in Walk(inner, path + ".", known, others, file)) yield return entry;
            }
            else
            {
                throw Unknown(key, path, [.. known, .. others], file);
            }
        }
    }

    private static Errors.GpuOpsException Unknown(ScalarNode key, string path, IReadOnlyList<string> known, string file)
    {
        var shown = Excerpt.Of(path);
        var hint = known.Any(k => IsKnown(k, path))
            ? $" Write it as a map: {path.Split('.')[0]}: and below it, indented, {path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..]}: VALUE."
            : NearestName.Hint(path, known);
        return DocumentError.At(file, key, $"there is no key '{shown}'.{hint}", "UnknownKey");
    }

    private static string Below(string path, IReadOnlyList<string> known) =>
        string.Join(", ", known.Where(k => k.StartsWith(path + ".", StringComparison.Ordinal)).Select(k => k[(path.Length + 1)..]));
}
