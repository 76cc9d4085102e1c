using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>Which certificate belongs to which ServerID: by pin, or by a name under a trust anchor (DEL-351).</summary>
public sealed class PeerDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PeerConfiguration> _peers = [];
    private readonly X509Certificate2Collection _anchors = [];

    /// <summary>Adds or changes a peer; an empty pin or address leaves what was there.</summary>
    public void Set(string serverId, PeerConfiguration peer)
    {
        lock (_lock)
        {
            var known = _peers.GetValueOrDefault(serverId) ?? new PeerConfiguration();
            _peers[serverId] = new PeerConfiguration { Address = peer.Address.Length > 0 ? peer.Address : known.Address, Pin = peer.Pin ?? known.Pin };
        }
    }

    /// <summary>Adds trust anchors: a peer without a pin is known by the DNS name in a certificate under one of them.</summary>
    public void AddAnchors(X509Certificate2Collection anchors)
    {
        lock (_lock)
            _anchors.AddRange(anchors);
    }

    /// <summary>The address of a peer; null if it is not known.</summary>
    public string? AddressOf(string serverId)
    {
        lock (_lock)
            return _peers.GetValueOrDefault(serverId) is { Address.Length: > 0 } peer ? peer.Address : null;
    }

    /// <summary>Whether the certificate is that of any peer; a connection with another one is closed (DEL-351).</summary>
    public bool Knows(X509Certificate2 certificate)
    {
        lock (_lock)
            return _peers.Keys.Any(serverId => IsPeer(serverId, certificate));
    }

    /// <summary>Whether the certificate is that of the peer named (DEL-352).</summary>
    public bool Matches(string serverId, X509Certificate2 certificate)
    {
        lock (_lock)
            return IsPeer(serverId, certificate);
    }

    private bool IsPeer(string serverId, X509Certificate2 certificate)
    {
        if (!_peers.TryGetValue(serverId, out var peer))
            return false;
        if (peer.Pin is { } pin)
            return CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(pin), CertificateAuthority.Pin(certificate));
        return _anchors.Count > 0 && certificate.MatchesHostname(serverId, allowWildcards: false, allowCommonName: false) && Chains(certificate);
    }

    private bool Chains(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
