using System.Security.Cryptography;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>The host keys that are known for one destination.</summary>
public sealed class KnownHosts
{
    private readonly SshDestination _destination;
    private readonly string _name;
    private readonly List<KnownHost> _lines;

    private KnownHosts(SshDestination destination, List<KnownHost> lines)
    {
        _destination = destination;
        _name = destination.HostKeyAlias ?? KnownHost.Name(destination.Host, destination.Port);
        _lines = lines;
    }

    /// <summary>Reads the destination's files; one that does not exist is empty.</summary>
    /// <param name="destination">The destination.</param>
    /// <exception cref="GpuOpsException"><c>KnownHostsUnreadable</c>: a key that was revoked or known must not be missed.</exception>
    public static KnownHosts Read(SshDestination destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new(destination, [.. destination.UserKnownHostsFiles.Concat(destination.GlobalKnownHostsFiles).SelectMany(Lines)]);
    }

    /// <summary>The types of the keys known for the host, so that the server is asked for one of these.</summary>
    public IReadOnlyList<string> KeyTypes => [.. Mine.Where(line => !line.IsRevoked).Select(line => line.KeyType).Distinct()];

    /// <summary>The file that a new key is added to.</summary>
    public string NewKeysFile => _destination.UserKnownHostsFiles.Count > 0 ? _destination.UserKnownHostsFiles[0] : "~/.ssh/known_hosts";

    /// <summary>Checks a key that the server has shown it holds.</summary>
    /// <param name="key">The public key, in SSH's wire format.</param>
    /// <returns>True when it is known, false when nothing is known of the host.</returns>
    /// <exception cref="GpuOpsException"><c>HostKeyChanged</c> when other keys are known for the host, <c>HostKeyRevoked</c>.</exception>
    public bool Check(ReadOnlySpan<byte> key)
    {
        KnownHost? other = null;
        var isKnown = false;
        foreach (var line in Mine)
        {
            var isSame = line.Key.Span.SequenceEqual(key);
            if (line.IsRevoked && isSame)
                throw new GpuOpsException("HostKeyRevoked", GpuOpsErrorKind.Authentication, $"The key of {_name} ({Fingerprint(key)}) is marked as revoked in {line.Place}. Do not connect; ask the administrator of the host.", _name);
            if (!line.IsRevoked && isSame)
                isKnown = true;
            else if (!line.IsRevoked)
                other ??= line;
        }

        return isKnown || (other is null ? false : throw new GpuOpsException("HostKeyChanged", GpuOpsErrorKind.Authentication,
            $"The key of {_name} is not the known one: it shows {KeyType(key)} {Fingerprint(key)}, but {other.Place} has {other.KeyType} {Fingerprint(other.Key.Span)}. Somebody may be listening in, or the host was set up anew. Ask its administrator; if it was, remove the old key with: ssh-keygen -R '{_name}'", _name));
    }

    /// <summary>Describes an unknown key for the person who is asked.</summary>
    /// <param name="key">The key.</param>
    public UnknownHostKey Describe(ReadOnlySpan<byte> key) => new(_name, KeyType(key), Fingerprint(key), NewKeysFile);

    /// <summary>The error when nobody says that an unknown key is right.</summary>
    /// <param name="unknown">The key.</param>
    /// <param name="silence">Why nobody was asked; null when that needs no explanation.</param>
    public GpuOpsException Unknown(UnknownHostKey unknown, string? silence = null)
    {
        ArgumentNullException.ThrowIfNull(unknown);
        return ChannelErrors.HostKeyUnknown(_name, $"{unknown.KeyType} {unknown.Fingerprint}", _destination.Host, _destination.Port, NewKeysFile, silence);
    }

    /// <summary>Adds a key to the first of the user's files.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="GpuOpsException"><c>KnownHostsUnwritable</c>.</exception>
    public void Add(ReadOnlySpan<byte> key)
    {
        var line = $"{(_destination.HashKnownHosts ? KnownHost.Hash(_name) : _name)} {KeyType(key)} {Convert.ToBase64String(key)}\n";
        try
        {
            Append(NewKeysFile, line);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("KnownHostsUnwritable", GpuOpsErrorKind.NotAllowed, $"The key of {_name} cannot be added to '{NewKeysFile}': {fault.Message}", NewKeysFile, fault);
        }
    }

    /// <summary>The type that a public key names itself.</summary>
    internal static string KeyType(ReadOnlySpan<byte> key) => Encoding.ASCII.GetString(SshWire.ReadString(ref key));

    /// <summary>As ssh-keygen shows it.</summary>
    internal static string Fingerprint(ReadOnlySpan<byte> key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');

    // A line about the bare host counts for every port, as it does for OpenSSH, where none is about the port.
    private IEnumerable<KnownHost> Mine
    {
        get
        {
            var exact = _lines.Where(line => line.Matches(_name)).ToList();
            return exact.Any(line => !line.IsRevoked) || _destination.HostKeyAlias is not null ? exact
                : exact.Concat(_lines.Where(line => line.Matches(KnownHost.Name(_destination.Host, 22))));
        }
    }

    private static void Append(string file, string line)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        var endsInLine = stream.Length == 0;
        if (!endsInLine)
        {
            stream.Seek(-1, SeekOrigin.End);
            endsInLine = stream.ReadByte() == '\n';
        }

        stream.Write(Encoding.UTF8.GetBytes(endsInLine ? line : "\n" + line));
    }

    private static IEnumerable<KnownHost> Lines(string file)
    {
        try
        {
            return File.Exists(file)
                ? [.. File.ReadAllLines(file).Select((line, index) => KnownHost.Parse(line, $"{file}:{index + 1}")).OfType<KnownHost>()]
                : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("KnownHostsUnreadable", GpuOpsErrorKind.NotAllowed, $"The file of known hosts '{file}' cannot be read: {fault.Message}", file, fault);
        }
    }
}
