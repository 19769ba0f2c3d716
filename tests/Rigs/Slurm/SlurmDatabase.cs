namespace GpuOps.Rigs;

/// <summary>The MariaDB server behind slurmdbd, on a Unix socket only.</summary>
internal static class SlurmDatabase
{
    /// <summary>The programs it needs.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["mariadbd", "mariadb-install-db", "mariadb-admin"];

    /// <summary>Makes an empty database and starts the server; it takes connections when this returns.</summary>
    /// <param name="folder">The rig's folder.</param>
    /// <param name="clients">Runs commands.</param>
    /// <param name="daemons">Where the server is kept.</param>
    public static async Task StartAsync(SlurmFolder folder, SlurmClients clients, SlurmDaemons daemons)
    {
        string[] database = ["--no-defaults", "--user=root", $"--datadir={folder["database"]}", "--innodb-log-file-size=8M"];
        await clients.RequireAsync(
            ["mariadb-install-db", .. database, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
        daemons.Start("mariadbd",
            ["mariadbd", .. database, $"--socket={SocketOf(folder)}", "--skip-networking", $"--pid-file={folder["run/mariadb.pid"]}", "--performance-schema=OFF"]);
        await clients.UntilAsync("MariaDB takes connections", static result => result.ExitCode == 0,
            "mariadb-admin", "--no-defaults", $"--socket={SocketOf(folder)}", "--user=root", "ping");
    }

    /// <summary>The server's socket.</summary>
    /// <param name="folder">The rig's folder.</param>
    public static string SocketOf(SlurmFolder folder) => folder["run/mariadb.sock"];
}
