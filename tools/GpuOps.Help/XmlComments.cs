using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GpuOps.Help;

/// <summary>The XML documentation comments of the assemblies.</summary>
internal sealed partial class XmlComments(IEnumerable<string> files)
{
    private readonly Dictionary<string, XElement> _members = files
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .DistinctBy(member => member.Attribute("name")!.Value)
        .ToDictionary(member => member.Attribute("name")!.Value);

    public string Summary(Type type) => Text($"T:{type.FullName}", "summary");

    public string Summary(PropertyInfo property) => Text(Name(property), "summary");

    /// <summary>What holds when the parameter is left out, where the code cannot tell; else empty.</summary>
    public string Value(PropertyInfo property) => Text(Name(property), "value");

    private static string Name(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    private string Text(string member, string tag) =>
        _members.GetValueOrDefault(member)?.Element(tag) is { } element ? Space().Replace(string.Concat(element.Nodes().Select(Words)), " ").Trim() : "";

    private static string Words(XNode node) => node switch
    {
        XText text => text.Value,
        XElement reference when (reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword")) is { } name => name.Value.Split('.', ':')[^1],
        XElement element => string.Concat(element.Nodes().Select(Words)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
