using GpuOps.Channels;
using GpuOps.Configuration.Yaml;
using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>Reads the SSH profiles of one file.</summary>
/// <param name="path">The file.</param>
/// <param name="source">Its layer.</param>
/// <param name="context">What paths are relative to.</param>
internal sealed class SshProfileReader(string path, ConfigurationSource source, SettingContext context)
{
    private static readonly string[] Keys = [.. SshProfileKey.All.Select(static key => key.Name), SshProfileKey.Environment];

    /// <summary>The profiles.</summary>
    /// <param name="node">The map of them.</param>
    /// <exception cref="GpuOpsException">Something in it is wrong; the message says where.</exception>
    public IEnumerable<SshProfile> Read(DocumentNode node)
    {
        if (node is ScalarNode { IsNull: true }) yield break;
        if (node is not MapNode map)
            throw DocumentError.At(path, node, $"'{ConfigurationFile.SshProfilesKey}' must be a map from names to profiles, each a map like '{{host: login.example.org, user: ann}}'.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in map.Entries)
        {
            At(key, () => SshProfileName.Check(key.Text));
            if (!names.Add(key.Text))
                throw DocumentError.At(path, key, $"the SSH profile '{key.Text}' is here a second time; upper and lower case do not differ in names.", "DuplicateKey");
            yield return ReadProfile(key, value);
        }
    }

    private SshProfile ReadProfile(ScalarNode name, DocumentNode node)
    {
        if (node is not MapNode map)
            throw DocumentError.At(path, node, $"the SSH profile '{name.Text}' must be a map, like '{{host: login.example.org, user: ann}}'.");
        var entries = KeyReader.Read(map, Keys, [], path).ToDictionary(static entry => entry.Key, static entry => entry.Node);
        if (!entries.ContainsKey(SshProfileKey.All[0].Name))
            throw DocumentError.At(path, name, $"the SSH profile '{name.Text}' has no '{SshProfileKey.All[0].Name}'.");
        var profile = new SshProfile { Name = name.Text, HostName = "", Source = source, Origin = $"{path}:{name.Place.Line}" };
        if (entries.Remove(SshProfileKey.Environment, out var environment))
            profile = profile with { EnvironmentVariable = ReadEnvironment(environment) };
        return SshProfileKey.All.Where(key => entries.ContainsKey(key.Name))
            .Aggregate(profile, (now, key) => key.Apply(now, ReadValues(key, entries[key.Name])));
    }

    private object[] ReadValues(SshProfileKey key, DocumentNode node) => node switch
    {
        ListNode { Items: [] } => throw DocumentError.At(path, node, $"'{key.Name}' has no value. Write a {key.Type.Name}, or remove the line."),
        ListNode list when key.IsList => [.. list.Items.Select(item => ReadValue(key, item))],
        _ => [ReadValue(key, node)],
    };

    private object ReadValue(SshProfileKey key, DocumentNode node) => node switch
    {
        ScalarNode { IsNull: true } => throw DocumentError.At(path, node, $"'{key.Name}' has no value. Write a {key.Type.Name}, or remove the line."),
        ScalarNode scalar => At(node, () => key.Type.Parse(scalar.Text, context), key.Name + ": "),
        _ => throw DocumentError.At(path, node, $"'{key.Name}' must be a {key.Type.Name}{(key.IsList ? ", or a list of them" : ", one value")}."),
    };

    private Dictionary<string, string> ReadEnvironment(DocumentNode node)
    {
        Dictionary<string, string> variables = [];
        if (node is ScalarNode { IsNull: true }) return variables;
        if (node is not MapNode map)
            throw DocumentError.At(path, node, $"'{SshProfileKey.Environment}' must be a map from variables to values.");
        foreach (var (key, value) in map.Entries)
        {
            if (value is not ScalarNode scalar)
                throw DocumentError.At(path, value, $"the variable '{Values.Excerpt.Of(key.Text)}' must have one value.");
            variables[key.Text] = At(value, () => SshProfileKey.CheckVariable(key.Text, scalar.Text));
        }

        return variables;
    }

    private T At<T>(DocumentNode node, Func<T> read, string what = "") => DocumentError.Place(path, node, read, what);
}
