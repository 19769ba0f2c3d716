namespace GpuOps.Configuration.Yaml;

/// <summary>Where a part of a text stands.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Start">The index of its first character.</param>
/// <param name="End">The index after its last character.</param>
internal readonly record struct DocumentPlace(int Line, int Column, int Start, int End);

/// <summary>A part of a YAML document.</summary>
/// <param name="Place">Where it stands.</param>
internal abstract record DocumentNode(DocumentPlace Place);

/// <summary>A value. Everything is text here: <c>yes</c>, <c>010</c> and <c>1e3</c> mean what is written.</summary>
/// <param name="Text">The text, unquoted.</param>
/// <param name="IsPlain">Whether it stands without quotes.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record ScalarNode(string Text, bool IsPlain, DocumentPlace Place) : DocumentNode(Place)
{
    /// <summary>Whether nothing is written, or YAML's word for nothing.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null");
}

/// <summary>A map.</summary>
/// <param name="Entries">Its entries in order, the keys different.</param>
/// <param name="IsFlow">Whether it is written in braces.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record MapNode(IReadOnlyList<(ScalarNode Key, DocumentNode Value)> Entries, bool IsFlow, DocumentPlace Place) : DocumentNode(Place)
{
    /// <summary>The entry with a key, or null.</summary>
    /// <param name="key">The key.</param>
    public (ScalarNode Key, DocumentNode Value)? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key.Text == key) return entry;
        }

        return null;
    }
}

/// <summary>A list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="IsFlow">Whether it is written in brackets.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record ListNode(IReadOnlyList<DocumentNode> Items, bool IsFlow, DocumentPlace Place) : DocumentNode(Place);
