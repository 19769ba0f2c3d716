using System.Runtime.Versioning;

namespace GpuOps.Hosted.Hosting;

/// <summary>A pool's store of a test's own, in a folder of its own.</summary>
internal sealed class Store : IDisposable
{
    private const int NobodysGroup = 65534;

    public string Folder { get; } = Directory.CreateTempSubdirectory("gpuops-hosted-").FullName;

    public string File => Path.Combine(Folder, "pool.db");

    /// <summary>The value for <c>-Backend</c>.</summary>
    public string Uri => "sqlite:" + File;

    /// <summary>Settings for sessions whose location is the folder.</summary>
    public Store Configure(string yaml)
    {
        System.IO.File.WriteAllText(Path.Combine(Folder, "gpuops.yaml"), yaml);
        return this;
    }

    /// <summary>Opens the folder to the group of the user <c>nobody</c>, as an administrator does for a shared store.</summary>
    [SupportedOSPlatform("linux")]
    public Store ShareWithNobody()
    {
        Assert.Equal(0, Child.Run("chgrp", $"{NobodysGroup}", Folder).ExitCode);
        System.IO.File.SetUnixFileMode(Folder, (UnixFileMode)0b111_111_000 | UnixFileMode.SetGroup);
        return this;
    }

    /// <summary>
    /// A sum over all that the store has written. Another process reads it: SQLite's locks are the process's, and go
    /// when any of its handles on the file is closed.
    /// </summary>
    public string Content() =>
        Child.Run("sh", "-c", "cd \"$1\" && ls && cat pool.db pool.db-wal 2>/dev/null | sha256sum", "sh", Folder).Output;

    /// <summary>Has another process keep the store locked for writing.</summary>
    public Child Lock()
    {
        var child = Child.StartScript($$"""
            Get-GpuStatus -Backend '{{Uri}}' | Out-Null
            $sqlite = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' }
            $connection = [Activator]::CreateInstance($sqlite.GetType('Microsoft.Data.Sqlite.SqliteConnection'), @('Data Source={{File}}'))
            $connection.Open()
            $transaction = $connection.BeginTransaction()
            'locked'
            [Console]::In.ReadLine() | Out-Null
            """);
        Assert.Equal("locked", child.ReadLine());
        return child;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
