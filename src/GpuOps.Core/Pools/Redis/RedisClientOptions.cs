using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GpuOps.Errors;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>How StackExchange.Redis is to behave for a pool.</summary>
internal sealed class RedisClientOptions(RedisPoolOptions options)
{
    public ConfigurationOptions Build()
    {
        var client = new ConfigurationOptions
        {
            // The first connection fails clearly; later ones are made again in the background, whatever this says.
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds,
            SyncTimeout = (int)options.OperationTimeout.TotalMilliseconds,
            AsyncTimeout = (int)options.OperationTimeout.TotalMilliseconds,
            ReconnectRetryPolicy = new ExponentialRetry(100, 2000),
            KeepAlive = 15,
            ClientName = "gpuops",
            User = options.User,
            Password = options.Password?.Invoke(),
            // A limited ACL user may touch the pool's own keys and channels only.
            TieBreaker = "",
            ConfigurationChannel = "",
            SetClientLibrary = false,
            IncludeDetailInExceptions = false,
        };
        foreach (var endPoint in options.EndPoints)
            client.EndPoints.Add(endPoint);
        if (options.Tls)
        {
            client.Ssl = true;
            var trusted = options.CaFile is { } file ? ReadCertificates(file) : null;
            client.SslClientAuthenticationOptions = host => Authentication(host, trusted);
        }
        return client;
    }

    private static SslClientAuthenticationOptions Authentication(string host, X509Certificate2Collection? trusted)
    {
        var authentication = new SslClientAuthenticationOptions { TargetHost = host };
        if (trusted is not null)
        {
            authentication.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            authentication.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }
        return authentication;
    }

    private static X509Certificate2Collection ReadCertificates(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Unusable(error);
        }
        return certificates.Count > 0 ? certificates : throw Unusable(null);

        GpuOpsException Unusable(Exception? error) => new("CaFileUnusable", GpuOpsErrorKind.InvalidArgument,
            $"The CA file {file} holds no certificate that can be read. It has to be a PEM file.{(error is null ? "" : " " + error.Message)}", file, error);
    }
}
