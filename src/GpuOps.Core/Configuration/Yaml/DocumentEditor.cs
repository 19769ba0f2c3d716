using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration.Yaml;

/// <summary>
/// Changes one value of a YAML text and leaves every other character as it was: comments, order, blank lines, line
/// ends. The result is read again and must differ in exactly that value.
/// </summary>
internal static class DocumentEditor
{
    /// <summary>Sets the value at a path, adding the maps on the way.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The keys from the top.</param>
    /// <param name="value">The value.</param>
    /// <param name="file">The file's name, for errors.</param>
    public static string Set(string text, IReadOnlyList<string> path, string value, string file)
    {
        var root = DocumentParser.Parse(text, file);
        var expected = Flatten(root);
        expected[Join(path)] = value;
        return Verified(Write(text, root, path, new Written(Quote(value), Quoted(value)), file), expected, file);
    }

    /// <summary>Sets a list at a path, adding the maps on the way.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The keys from the top; there is nothing at it yet.</param>
    /// <param name="values">The values, at least one.</param>
    /// <param name="file">The file's name, for errors.</param>
    public static string Add(string text, IReadOnlyList<string> path, IReadOnlyList<string> values, string file)
    {
        var root = DocumentParser.Parse(text, file);
        var expected = Flatten(root);
        for (var i = 0; i < values.Count; i++) expected[$"{Join(path)}\0{i}"] = values[i];
        var list = $"[{string.Join(", ", values.Select(Quoted))}]";
        return Verified(Write(text, root, path, new Written(list, list), file), expected, file);
    }

    /// <summary>Removes what is at a path, and maps that have nothing left in them, not even a comment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The keys from the top.</param>
    /// <param name="file">The file's name, for errors.</param>
    /// <returns>The new text, the same when there was nothing at the path.</returns>
    public static string Remove(string text, IReadOnlyList<string> path, string file)
    {
        var root = DocumentParser.Parse(text, file);
        var maps = new List<MapNode>();
        DocumentNode? node = root;
        foreach (var key in path)
        {
            if (node is not MapNode map || map.Find(key) is not { } entry) return text;
            maps.Add(map);
            node = entry.Value;
        }

        var expected = Flatten(root);
        var prefix = Join(path);
        foreach (var key in expected.Keys.Where(key => key == prefix || key.StartsWith(prefix + "\0", StringComparison.Ordinal)).ToArray())
            expected.Remove(key);

        var depth = path.Count - 1;
        while (depth > 0 && maps[depth].Entries.Count == 1 && IsFreeOfComments(text, maps[depth - 1], path[depth - 1])) depth--;
        var (start, end) = SpanOf(text, maps[depth], path[depth]);
        return Verified(text.Remove(start, end - start), expected, file);
    }

    /// <summary>Writes a value so that it is read as that text.</summary>
    /// <param name="value">One line of text.</param>
    internal static string Quote(string value)
    {
        var isPlain = value.Length > 0
            && (char.IsAsciiLetterOrDigit(value[0]) || value[0] is '/' or '.' or '_')
            && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+' or ':' or '@' or '=' or '?' or '&' or '%' or '~')
            && value[^1] != ':' && value is not ("null" or "...");
        return isPlain ? value : Quoted(value);
    }

    private static string Quoted(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Write(string text, MapNode? root, IReadOnlyList<string> path, Written value, string file)
    {
        if (root is null) return Insert(text, text.Length, 0, path, value);

        var map = root;
        for (var depth = 0; ; depth++)
        {
            if (map.Find(path[depth]) is not { } entry) return AddTo(text, map, path.Skip(depth).ToArray(), value);
            var isLast = depth == path.Count - 1;
            switch (entry.Value)
            {
                case ScalarNode scalar when isLast:
                    return Replace(text, scalar, value.Block);
                case ScalarNode { IsNull: true, Text: "" } when !map.IsFlow:
                    return Insert(text, EndOfLine(text, entry.Key.Place.End), entry.Key.Place.Column + 1, path.Skip(depth + 1).ToArray(), value);
                case ScalarNode { IsNull: true } nothing:
                    return Replace(text, nothing, "{" + Flow(path.Skip(depth + 1), value) + "}");
                case MapNode inner when !isLast:
                    map = inner;
                    break;
                default:
                    throw DocumentError.At(file, entry.Value, $"'{string.Join('.', path)}' cannot be set, because '{path[depth]}' is already something else here. Remove that first.");
            }
        }
    }

    private static string AddTo(string text, MapNode map, string[] path, Written value)
    {
        if (map.IsFlow)
        {
            var comma = map.Entries.Count > 0 ? ", " : "";
            return text.Insert(map.Place.Start + 1, Flow(path, value) + comma);
        }

        return Insert(text, EndOfLine(text, ContentEnd(map)), map.Entries[0].Key.Place.Column - 1, path, value);
    }

    // Puts whole lines at an index that is the end of a line, before or after its line break.
    private static string Insert(string text, int index, int indent, IReadOnlyList<string> path, Written value)
    {
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = new List<string>();
        for (var i = 0; i < path.Count; i++)
        {
            var end = i == path.Count - 1 ? " " + value.Block : "";
            lines.Add($"{new string(' ', indent + (2 * i))}{Quote(path[i])}:{end}{newLine}");
        }

        var startsLine = index == 0 || text[index - 1] == '\n';
        return text.Insert(index, (startsLine ? "" : newLine) + string.Concat(lines));
    }

    private static string Replace(string text, ScalarNode scalar, string value)
    {
        var (start, end) = (scalar.Place.Start, ContentEnd(scalar));
        // A block scalar's end is the start of the next line; an empty one begins right after the colon.
        if (end > start && text[end - 1] == '\n') value += text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        if (start > 0 && text[start - 1] == ':') value = " " + value;
        return string.Concat(text.AsSpan(0, start), value, text.AsSpan(end));
    }

    private static string Flow(IEnumerable<string> path, Written value)
    {
        var keys = path.ToArray();
        var inner = $"{Quote(keys[^1])}: {value.Flow}";
        return keys[..^1].Reverse().Aggregate(inner, static (nested, key) => $"{Quote(key)}: {{{nested}}}");
    }

    private static (int Start, int End) SpanOf(string text, MapNode map, string key)
    {
        var index = map.Entries.TakeWhile(entry => entry.Key.Text != key).Count();
        var entry = map.Entries[index];
        if (!map.IsFlow) return (StartOfLine(text, entry.Key.Place.Start), EndOfLine(text, ContentEnd(entry.Value, entry.Key.Place.End)));

        if (index + 1 < map.Entries.Count) return (entry.Key.Place.Start, map.Entries[index + 1].Key.Place.Start);
        return index > 0
            ? (ContentEnd(map.Entries[index - 1].Value, map.Entries[index - 1].Key.Place.End), ContentEnd(entry.Value, entry.Key.Place.End))
            : (entry.Key.Place.Start, ContentEnd(entry.Value, entry.Key.Place.End));
    }

    private static bool IsFreeOfComments(string text, MapNode map, string key)
    {
        var (start, end) = SpanOf(text, map, key);
        return !text.AsSpan(start, end - start).Contains('#');
    }

    private static int ContentEnd(DocumentNode node, int least = 0) => node switch
    {
        MapNode { IsFlow: false } map => ContentEnd(map.Entries[^1].Value, map.Entries[^1].Key.Place.End),
        ListNode { IsFlow: false, Items: [.., var last] } => ContentEnd(last, least),
        _ => Math.Max(node.Place.End, least),
    };

    private static int StartOfLine(string text, int index) => index == 0 ? 0 : text.LastIndexOf('\n', index - 1) + 1;

    // After the line break, unless the content ends with one, as block scalars do.
    private static int EndOfLine(string text, int index)
    {
        if (index > 0 && text[index - 1] == '\n') return index;
        var end = text.IndexOf('\n', index);
        return end < 0 ? text.Length : end + 1;
    }

    private static Dictionary<string, string> Flatten(MapNode? root)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (root is not null) Collect(root, "", values);
        return values;
    }

    private static void Collect(DocumentNode node, string path, Dictionary<string, string> values)
    {
        switch (node)
        {
            case MapNode map:
                foreach (var (key, value) in map.Entries) Collect(value, path + key.Text + "\0", values);
                break;
            case ListNode list:
                for (var i = 0; i < list.Items.Count; i++) Collect(list.Items[i], $"{path}{i}\0", values);
                break;
            case ScalarNode { IsNull: false } scalar:
                values[path[..^1]] = scalar.Text;
                break;
        }
    }

    private static string Join(IEnumerable<string> path) => string.Join('\0', path);

    private static string Verified(string text, Dictionary<string, string> expected, string file)
    {
        try
        {
            var actual = Flatten(DocumentParser.Parse(text, file));
            if (actual.Count == expected.Count && actual.All(pair => expected.TryGetValue(pair.Key, out var value) && value == pair.Value)) return text;
        }
        catch (GpuOpsException)
        {
            // Reported below: the text that failed was never in a file.
        }

        throw new GpuOpsException(
            "ConfigurationNotEditable",
            GpuOpsErrorKind.InvalidData,
            $"{file} is written in a way that cannot be changed safely by a program. It was left as it is; please edit it by hand.",
            Excerpt.Of(file));
    }

    /// <summary>A value as it is written on a line of its own, and within braces, where more characters mean something.</summary>
    private readonly record struct Written(string Block, string Flow);
}
