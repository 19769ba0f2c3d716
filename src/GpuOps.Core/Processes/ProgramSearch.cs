using System.Runtime.InteropServices;

namespace GpuOps.Processes;

/// <summary>Finds a program as a shell would: by its path, from the work folder, or in the folders of PATH.</summary>
internal static partial class ProgramSearch
{
    private const int Execute = 1;

    /// <summary>Where execvp(3) looks when there is no PATH.</summary>
    private const string UsualPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>Finds a program.</summary>
    /// <param name="name">What the user wrote.</param>
    /// <param name="path">The program's PATH; null where it has none.</param>
    /// <param name="folder">The folder it is to run in.</param>
    /// <param name="fault">Why there is none, in words.</param>
    /// <returns>Its path, or null.</returns>
    public static string? Find(string name, string? path, string folder, out string? fault)
    {
        fault = null;
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var found = Path.Combine(folder, name);
            fault = CanRun(found) ? null
                : Directory.Exists(found) ? $"'{name}' is a folder, not a program"
                : File.Exists(found) ? $"'{name}' may not be executed; is it meant as a script: sh {name}? Or: chmod +x {name}"
                : $"there is no program '{name}'{(name[0] == '/' ? "" : $" in '{folder}'")}";
            return fault is null ? found : null;
        }

        var program = (path ?? UsualPath).Split(':').Select(entry => Path.Combine(folder, entry, name)).FirstOrDefault(CanRun);
        if (program is null)
        {
            fault = $"there is no program '{name}' in its PATH ({(path is null ? "which is not set" : path)})";
        }

        return program;
    }

    /// <summary>Whether this user may enter a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static bool CanEnter(string folder) => Access(folder, Execute) == 0;

    private static bool CanRun(string path) => Access(path, Execute) == 0 && File.Exists(path);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
