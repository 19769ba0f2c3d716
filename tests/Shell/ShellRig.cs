using System.Reflection;

namespace GpuOps.ShellTests;

/// <summary>The built program with a small module beside it, in a folder of its own.</summary>
public sealed class ShellRig : IDisposable
{
    public ShellRig()
    {
        string built = Path.Combine(OutFolder, "shell");
        Folder = Directory.CreateTempSubdirectory("gpuops-shell-").FullName;
        Copy(built, Path.Combine(Folder, "shell"));
        Copy(Path.Combine(AppContext.BaseDirectory, "TrialModule"), Path.Combine(Folder, "GpuOps"));
    }

    public static string OutFolder => typeof(ShellRig).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "OutFolder").Value!;

    public string Folder { get; }

    public string Program => Path.Combine(Folder, "shell", OperatingSystem.IsWindows() ? "gpuops.exe" : "gpuops");

    /// <summary>Whether the program was built with PowerShell's engine alone.</summary>
    public bool EngineOnly => !File.Exists(Path.Combine(Folder, "shell", "Microsoft.PowerShell.Commands.Utility.dll"));

    public string Script(string text)
    {
        string path = Path.Combine(Folder, $"script {Guid.NewGuid():N}.ps1");
        File.WriteAllText(path, text);
        return path;
    }

    public ShellProcess Start(params string[] arguments) => new(Program, arguments, Folder);

    public Task<ShellResult> Run(params string[] arguments) => RunWithInput("", arguments);

    public async Task<ShellResult> RunWithInput(string input, params string[] arguments)
    {
        using ShellProcess process = Start(arguments);
        await process.Send(input);
        return await process.End();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
