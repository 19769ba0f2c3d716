using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Xml.Linq;

namespace GpuOps.Help;

/// <summary>
/// Writes a cmdlet's help in MAML, the format that Get-Help reads: the schema is PowerShell's
/// <c>Schemas/PSMaml/developerCommand.xsd</c>.
/// </summary>
internal static class Maml
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Text = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Cmd = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly Dictionary<string, string> BuiltIn = new()
    {
        ["WhatIf"] = "Shows what would happen, and does nothing.",
        ["Confirm"] = "Asks before it does it.",
    };

    private static readonly Dictionary<Type, string> ShortNames = new()
    {
        [typeof(string)] = "String", [typeof(int)] = "Int32", [typeof(long)] = "Int64", [typeof(bool)] = "Boolean",
        [typeof(decimal)] = "Decimal", [typeof(object)] = "Object", [typeof(PSObject)] = "PSObject", [typeof(Hashtable)] = "Hashtable",
    };

    public static XName Root => Help + "helpItems";

    public static XElement Command(CmdletInfo cmdlet, HelpPage page, XmlComments comments)
    {
        var parameters = cmdlet.ParameterSets.SelectMany(set => set.Parameters).Where(IsOwn).DistinctBy(it => it.Name).OrderBy(Order).ToList();
        var defaults = Activator.CreateInstance(cmdlet.ImplementingType)!;
        return new XElement(Cmd + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Text), new XAttribute(XNamespace.Xmlns + "command", Cmd), new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(Cmd + "details",
                new XElement(Cmd + "name", cmdlet.Name), Prose(page.Synopsis.Length > 0 ? page.Synopsis : comments.Summary(cmdlet.ImplementingType)),
                new XElement(Cmd + "verb", cmdlet.Verb), new XElement(Cmd + "noun", cmdlet.Noun)),
            Prose([.. page.Description.DefaultIfEmpty(comments.Summary(cmdlet.ImplementingType))]),
            new XElement(Cmd + "syntax", cmdlet.ParameterSets.Select(set => new XElement(Cmd + "syntaxItem",
                new XElement(Text + "name", cmdlet.Name), set.Parameters.Where(IsOwn).OrderBy(Order).Select(it => Parameter(it, described: false))))),
            new XElement(Cmd + "parameters", parameters.Select(it => Parameter(it, described: true))),
            new XElement(Cmd + "inputTypes", parameters.Where(it => it.ValueFromPipeline).Select(it => Typed("inputType", it.ParameterType, Meaning(it)))),
            new XElement(Cmd + "returnValues", cmdlet.OutputType.Select(output => output.Type is { } type
                ? Typed("returnValue", type, comments.Summary(type)) : Typed("returnValue", typeof(object), output.Name))),
            new XElement(Text + "alertSet", new XElement(Text + "alert", page.Notes.Select(Paragraph))),
            new XElement(Cmd + "examples", page.Examples.Select(Example)),
            new XElement(Cmd + "relatedLinks", page.Related.Select(link => new XElement(Text + "navigationLink",
                new XElement(Text + "linkText", link), new XElement(Text + "uri")))));

        XElement Parameter(CommandParameterInfo it, bool described) => new(Cmd + "parameter",
            new XAttribute("required", it.IsMandatory ? "true" : "false"),
            new XAttribute("globbing", it.Attributes.OfType<SupportsWildcardsAttribute>().Any() ? "true" : "false"),
            new XAttribute("pipelineInput", Pipeline(it)),
            new XAttribute("position", it.Position >= 0 ? it.Position.ToString(CultureInfo.InvariantCulture) : "named"),
            new XAttribute("aliases", it.Aliases.Count > 0 ? string.Join(", ", it.Aliases) : "none"),
            new XElement(Text + "name", it.Name),
            described ? Prose(Meaning(it)) : null,
            Choices(it.ParameterType),
            it.ParameterType == typeof(SwitchParameter) ? null
                : new XElement(Cmd + "parameterValue", new XAttribute("required", "true"), TypeName(it.ParameterType)),
            new XElement(Dev + "type", new XElement(Text + "name", TypeName(it.ParameterType)), new XElement(Text + "uri")),
            new XElement(Dev + "defaultValue", Default(it)));

        string Meaning(CommandParameterInfo it) => BuiltIn.TryGetValue(it.Name, out var text) ? text
            : Property(it) is { } property ? comments.Summary(property) : "";

        string Default(CommandParameterInfo it)
        {
            if (Property(it) is not { } property)
                return "False";
            return comments.Value(property) is { Length: > 0 } said ? said : property.GetValue(defaults) switch
            {
                null or "" => "None",
                SwitchParameter => "False",
                Array array => array.Length == 0 ? "None" : string.Join(", ", array.Cast<object>()),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            };
        }

        System.Reflection.PropertyInfo? Property(CommandParameterInfo it) => cmdlet.ImplementingType.GetProperty(it.Name);
    }

    private static bool IsOwn(CommandParameterInfo it) =>
        !Cmdlet.CommonParameters.Contains(it.Name) && (BuiltIn.ContainsKey(it.Name) || !Cmdlet.OptionalCommonParameters.Contains(it.Name));

    /// <summary>By position, then the mandatory ones, then as they stand in the code; -WhatIf and -Confirm last.</summary>
    private static (int, int, int) Order(CommandParameterInfo it) =>
        (BuiltIn.ContainsKey(it.Name) ? 1 : 0, it.Position >= 0 ? it.Position : int.MaxValue, it.IsMandatory ? 0 : 1);

    private static string Pipeline(CommandParameterInfo it) => (it.ValueFromPipeline, it.ValueFromPipelineByPropertyName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static XElement? Choices(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } choices
        ? new XElement(Cmd + "parameterValueGroup", Enum.GetNames(choices).Select(name =>
            new XElement(Cmd + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), name)))
        : null;

    private static XElement Example(HelpExample example, int index) => new(Cmd + "example",
        new XElement(Text + "title", $"Example {index + 1}: {example.Title}"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", example.Remarks.Select(Paragraph)));

    private static XElement Typed(string element, Type type, string meaning) => new(Cmd + element,
        new XElement(Dev + "type", new XElement(Text + "name", type.IsPrimitive ? type.Name : type.FullName ?? type.Name), new XElement(Text + "uri")),
        Prose(meaning));

    private static string TypeName(Type type) => type.IsArray ? TypeName(type.GetElementType()!) + "[]"
        : Nullable.GetUnderlyingType(type) is { } inner ? TypeName(inner)
        : ShortNames.GetValueOrDefault(type, type.Name);

    private static XElement Prose(params string[] paragraphs) => new(Text + "description", paragraphs.Select(Paragraph));

    private static XElement Paragraph(string text) => new(Text + "para", text);
}
