using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>
/// Where a <c>sqlite:</c> backend has its file. <c>sqlite:</c> alone is the machine's store where an administrator has
/// made <c>/var/lib/gpuops</c>, else the user's. <c>sqlite:/path</c> and <c>sqlite:///path</c> are that file;
/// <c>sqlite:path</c> is relative to the current folder, or to the file that says so; <c>sqlite:~/path</c> is below home.
/// </summary>
/// <param name="Path">The database file, absolute.</param>
public sealed record SqliteLocation(string Path)
{
    /// <summary>Finds the file of a backend; does not create it.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="environment">The folders.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>, or <c>NoStateFolder</c> where there is no home.</exception>
    public static SqliteLocation Find(BackendDefinition definition, ConfigurationEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(environment);
        var path = PathOf(definition.Uri);
        if (path.Length > 0) return new(environment.ResolvePath(path, definition.Folder));
        if (environment.MachineStateFolder is { } machine && Directory.Exists(machine))
            return new(System.IO.Path.Combine(machine, "pool.db"));
        if (environment.UserStateFolder is { } user)
            return new(System.IO.Path.Combine(user, $"pool-{FileName(environment.HostName)}.db"));

        throw new GpuOpsException(
            "NoStateFolder",
            GpuOpsErrorKind.NotReady,
            "There is no home folder to keep the pool in. Set HOME or GPUOPS_STATE_HOME to an absolute path, or name a file: sqlite:/path/to/pool.db.");
    }

    internal static void Check(BackendDefinition definition, ConfigurationEnvironment environment) => PathOf(definition.Uri);

    internal static string Absolute(BackendUri uri, ConfigurationEnvironment environment)
    {
        var path = PathOf(uri);
        if (path.Length == 0 || System.IO.Path.IsPathRooted(path) || path.StartsWith("~/", StringComparison.Ordinal)) return uri.Text;
        return "sqlite:" + BackendUri.EncodePath(environment.ResolvePath(path, environment.CurrentFolder ?? "/").Replace('\\', '/'));
    }

    private static string PathOf(BackendUri uri)
    {
        if (!string.IsNullOrEmpty(uri.Authority) || uri.User is not null)
            throw BackendUri.Invalid(uri.Text, "after 'sqlite://' comes a third '/' and the absolute path; for a relative one leave the '//' out");
        if (uri.Query.Count > 0) throw BackendUri.Invalid(uri.Text, "sqlite: knows no options; write %3F for a '?' in a file's name");
        if (uri.Path.EndsWith('/')) throw BackendUri.Invalid(uri.Text, "it names a folder; name the file in it");
        if (uri.Path == ":memory:") throw BackendUri.Invalid(uri.Text, "a store in memory cannot be shared; name a file");

        // sqlite:///C:/pool.db
        return OperatingSystem.IsWindows() && uri.Path.Length > 2 && uri.Path[0] == '/' && uri.Path[2] == ':' ? uri.Path[1..] : uri.Path;
    }

    /// <summary>A host's name as part of a file's.</summary>
    internal static string FileName(string host) =>
        string.Concat(host.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
