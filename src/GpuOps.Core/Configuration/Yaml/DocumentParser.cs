using GpuOps.Errors;
using GpuOps.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GpuOps.Configuration.Yaml;

/// <summary>
/// Reads YAML into nodes that know their place. Anchors, aliases, tags and merge keys are refused: configuration needs
/// none of them, and without aliases a small file cannot become a large one.
/// </summary>
internal sealed class DocumentParser
{
    private const int DeepestNesting = 16;
    private readonly Parser parser;
    private readonly string file;

    private DocumentParser(string text, string file)
    {
        parser = new Parser(new StringReader(text));
        this.file = file;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The file's name, for errors.</param>
    /// <returns>The top-level map, or null when there is nothing but comments.</returns>
    /// <exception cref="GpuOpsException"><c>InvalidConfiguration</c> with file, line and column.</exception>
    public static MapNode? Parse(string text, string file)
    {
        RefuseControlCharacters(text, file);
        var reader = new DocumentParser(text, file);
        try
        {
            return reader.ReadDocument();
        }
        // Hostile text also makes YamlDotNet fail in other ways, for instance on a tag that is no URI.
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            var mark = e is YamlException yaml ? yaml.Start : reader.parser.Current?.End ?? Mark.Empty;
            throw reader.Explain(text, Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column), e);
        }
    }

    private MapNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return null;
        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            throw DocumentError.At(file, (int)second.Start.Line, (int)second.Start.Column, "a second document begins here; only one is allowed.");

        return root switch
        {
            MapNode map => map,
            ScalarNode { IsNull: true } => null,
            _ => throw DocumentError.At(file, root, "the file must be a map of settings, like 'backend: local'."),
        };
    }

    private DocumentNode ReadNode(int depth)
    {
        var next = parser.Consume<ParsingEvent>();
        var (line, column) = ((int)next.Start.Line, (int)next.Start.Column);
        if (depth > DeepestNesting) throw DocumentError.At(file, line, column, "this is nested too deeply.");
        if (next is AnchorAlias || next is NodeEvent { Anchor.IsEmpty: false })
            throw DocumentError.At(file, line, column, "anchors (&) and aliases (*) are not allowed; write the value out, in quotes if it begins with that character.");
        if (next is NodeEvent { Tag.IsEmpty: false })
            throw DocumentError.At(file, line, column, "tags (!) are not allowed; put the value into quotes if it begins with that character.");

        return next switch
        {
            Scalar scalar => new ScalarNode(scalar.Value, scalar.Style == ScalarStyle.Plain, PlaceOf(scalar, scalar)),
            MappingStart map => ReadMap(map, depth),
            SequenceStart list => ReadList(list, depth),
            _ => throw DocumentError.At(file, line, column, "this is not understood."),
        };
    }

    private MapNode ReadMap(MappingStart map, int depth)
    {
        var entries = new List<(ScalarNode Key, DocumentNode Value)>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        MappingEnd? end;
        while (!parser.TryConsume<MappingEnd>(out end))
        {
            var node = ReadNode(depth + 1);
            if (node is not ScalarNode key) throw DocumentError.At(file, node, "a key must be a plain word.");
            if (!seen.TryAdd(key.Text, key.Place.Line))
                throw DocumentError.At(file, key, $"'{Excerpt.Of(key.Text)}' is here a second time; the first is on line {seen[key.Text]}. Remove one.", "DuplicateKey");
            entries.Add((key, ReadNode(depth + 1)));
        }

        return new MapNode(entries, map.Style == MappingStyle.Flow, PlaceOf(map, end));
    }

    private ListNode ReadList(SequenceStart list, int depth)
    {
        var items = new List<DocumentNode>();
        SequenceEnd? end;
        while (!parser.TryConsume<SequenceEnd>(out end)) items.Add(ReadNode(depth + 1));
        return new ListNode(items, list.Style == SequenceStyle.Flow, PlaceOf(list, end));
    }

    private static DocumentPlace PlaceOf(ParsingEvent first, ParsingEvent last) =>
        new((int)first.Start.Line, (int)first.Start.Column, (int)first.Start.Index, (int)last.End.Index);

    // YamlDotNet takes NUL for the end and would ignore what follows.
    private static void RefuseControlCharacters(string text, string file)
    {
        var (line, column) = (1, 1);
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                throw DocumentError.At(file, line, column, $"there is a control character (U+{(int)c:X4}) here.");
            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }
    }

    private GpuOpsException Explain(string text, int line, int column, Exception e)
    {
        var lines = text.Split('\n');
        // The parser may notice a tab only where the value around it began.
        var tab = Array.FindIndex(lines, Math.Min(line, lines.Length) - 1, static l => l.AsSpan(0, l.Length - l.AsSpan().TrimStart().Length).Contains('\t') && !string.IsNullOrWhiteSpace(l));
        if (tab >= 0) return DocumentError.At(file, tab + 1, 1, "the line is indented with a tab; YAML wants spaces.", inner: e);

        var content = Excerpt.Of(BackendUri.Redact(lines[Math.Min(line, lines.Length) - 1].Trim()));
        var hint = content.EndsWith(':') && content.Contains(": ", StringComparison.Ordinal) ? " A value that ends with ':' must be in quotes." : "";
        return DocumentError.At(file, line, column, $"this is not YAML: {e.Message.TrimEnd('.')}. The line is '{content}'.{hint}", inner: e);
    }
}
