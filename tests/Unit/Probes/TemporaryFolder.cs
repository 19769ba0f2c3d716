using System.Diagnostics;

namespace GpuOps.Unit.Probes;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gpuops-probes-").FullName;

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a program that stands in for a vendor's tool.</summary>
    public string WriteProgram(string name, string script)
    {
        // Another test may fork while this process has the file open for writing, and the kernel then refuses to run
        // it ("text file busy"); a copy made by another process was never open here.
        var draft = Write(name + ".sh", "#!/bin/sh\n" + script);
        var program = System.IO.Path.Combine(Path, name);
        using var install = Process.Start("install", ["-m", "755", draft, program]);
        install.WaitForExit();
        return program;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
