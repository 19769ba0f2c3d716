namespace GpuOps.Channels.Ssh;

/// <summary>Goes through the files once for one host and keeps what holds for it.</summary>
/// <param name="places">Where the files are.</param>
/// <param name="files">Reads them.</param>
internal sealed class SshConfigReader(SshConfigPlaces places, SshConfigFiles files)
{
    /// <summary>OpenSSH's own limit.</summary>
    private const int DeepestInclude = 16;

    private readonly SshSettings _settings = new();
    private SshAddress _address = null!;

    /// <summary>Reads the user's file and then the system's, whose settings come too late where the user gave one.</summary>
    public SshSettings Read(SshAddress address)
    {
        _address = address;
        Read(places.UserFile, Path.Combine(places.Home, ".ssh"), isActive: true, depth: 0);
        Read(places.SystemFile, "/etc/ssh", isActive: true, depth: 0);
        return _settings;
    }

    /// <summary>The names in Host lines that are no patterns.</summary>
    public IEnumerable<string> Hosts() => Hosts(places.UserFile, Path.Combine(places.Home, ".ssh"), depth: 0).Concat(Hosts(places.SystemFile, "/etc/ssh", depth: 0));

    private IEnumerable<string> Hosts(string path, string folder, int depth) => files.Read(path).SelectMany(line => line.Keyword switch
    {
        "host" => line.Arguments.Where(static pattern => !pattern.AsSpan().ContainsAny("*?!")),
        "include" when depth < DeepestInclude => line.Arguments.SelectMany(pattern => files.Find(pattern, folder)).SelectMany(file => Hosts(file, folder, depth + 1)),
        _ => [],
    });

    /// <param name="path">The file.</param>
    /// <param name="folder">Where a relative Include begins.</param>
    /// <param name="isActive">False within a section for other hosts: then nothing holds, whatever the file says.</param>
    /// <param name="depth">How many files include this one.</param>
    private void Read(string path, string folder, bool isActive, int depth)
    {
        var holds = isActive;
        foreach (var line in files.Read(path))
        {
            switch (line.Keyword)
            {
                case "host":
                    holds = isActive && SshPattern.MatchesList(line.Arguments, _address.Host);
                    break;
                case "match":
                    holds = isActive && Matches(line.Arguments);
                    break;
                case "include":
                    if (depth < DeepestInclude)
                        foreach (var file in line.Arguments.SelectMany(pattern => files.Find(pattern, folder)))
                            Read(file, folder, holds, depth + 1);
                    break;
                default:
                    if (holds)
                        _settings.Add(line);
                    break;
            }
        }
    }

    /// <summary>What we cannot decide, such as exec, which would run programs, does not hold.</summary>
    private bool Matches(IReadOnlyList<string> criteria)
    {
        if (criteria is [var only] && only.Equals("all", StringComparison.OrdinalIgnoreCase))
            return true;
        var user = _address.User ?? _settings["user"] ?? places.User;
        var host = SshTokens.Expand(_settings["hostname"] ?? _address.Host, token => token == 'h' ? _address.Host : null);
        for (var i = 0; i < criteria.Count; i += 2)
        {
            var name = criteria[i].ToLowerInvariant();
            var text = name.TrimStart('!') switch { "host" => host, "originalhost" => _address.Host, "user" => user, "localuser" => places.User, _ => null };
            if (text is null || i + 1 >= criteria.Count || SshPattern.MatchesList(criteria[i + 1].Split(','), text) == name.StartsWith('!'))
                return false;
        }

        return criteria.Count > 0;
    }
}
